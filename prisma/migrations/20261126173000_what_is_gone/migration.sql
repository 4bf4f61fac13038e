-- What is deleted gives its ID free. The change feed says of a change that it was that, so that a server which counts or remembers by ID
-- begins anew for whoever has the ID next.

ALTER TABLE "changes" ADD COLUMN "gone" BOOLEAN NOT NULL DEFAULT false;

CREATE OR REPLACE FUNCTION "record_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "changes" ("kind", "key", "gone")
    SELECT DISTINCT TG_ARGV[0], regexp_replace("value", '^\\x', ''), TG_OP = 'DELETE'
    FROM (VALUES (to_jsonb(OLD) ->> TG_ARGV[1]), (to_jsonb(NEW) ->> TG_ARGV[1])) AS "touched"("value")
    WHERE "value" IS NOT NULL;
  PERFORM pg_notify('iotcore_changes', '');
  RETURN NULL;
END
$$;
