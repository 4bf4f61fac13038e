-- What is deleted gives its ID free, and its sessions live on for a moment: whoever has the ID next, in another folder, must not see them.

CREATE FUNCTION "remove_live_sessions"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM "live_sessions" AS "session" USING "removed"
      WHERE "session"."resource_id" = "removed"."id" AND "session"."resource_kind" = TG_ARGV[0];
    RETURN NULL;
END $$;

CREATE TRIGGER "device_sessions_removed" AFTER DELETE ON "devices" REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "remove_live_sessions"('device');
CREATE TRIGGER "registry_sessions_removed" AFTER DELETE ON "registries" REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "remove_live_sessions"('registry');
CREATE TRIGGER "broker_sessions_removed" AFTER DELETE ON "brokers" REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "remove_live_sessions"('broker');
