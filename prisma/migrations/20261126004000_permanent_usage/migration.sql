-- What is stored on permanent topics, counted for each owner, so that a quota costs no count of rows. The counters follow
-- the rows by triggers: a version of the MQTT server that knows nothing of them keeps them right as well.

-- CreateTable
CREATE TABLE "permanent_usage" (
    "registry_id" TEXT COLLATE "C" NOT NULL,
    "device_id" TEXT COLLATE "C",
    "topics" INTEGER NOT NULL,
    "bytes" BIGINT NOT NULL
);

-- CreateIndex
CREATE INDEX "permanent_usage_device_id_idx" ON "permanent_usage"("device_id");

-- AddForeignKey
ALTER TABLE "permanent_usage" ADD CONSTRAINT "permanent_usage_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registries"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "permanent_usage" ADD CONSTRAINT "permanent_usage_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "devices"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma cannot say. The row of the registry's own topics has no device.
CREATE UNIQUE INDEX "permanent_usage_owner_key" ON "permanent_usage" ("registry_id", coalesce("device_id", ''));
-- The counters of a busy device change with each of its batches: room beside each row saves the indexes from it.
ALTER TABLE "permanent_usage" SET (fillfactor = 50);

-- Adds what a statement stored to the counters. In one order for everybody: two writers must not wait for each other
-- crosswise. One trigger function for each kind of statement, since each sees other tables of rows.
CREATE FUNCTION "count_permanent_insert"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "permanent_usage" AS "usage" ("registry_id", "device_id", "topics", "bytes")
    SELECT "registry_id", "device_id", count(*), sum(octet_length("topic") + octet_length("payload"))
    FROM "added" GROUP BY "registry_id", "device_id" ORDER BY "registry_id", coalesce("device_id", '')
  ON CONFLICT ("registry_id", coalesce("device_id", ''))
  DO UPDATE SET "topics" = "usage"."topics" + excluded."topics", "bytes" = "usage"."bytes" + excluded."bytes";
  RETURN NULL;
END $$;

CREATE FUNCTION "count_permanent_delete"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM "permanent_usage" AS "usage"
    JOIN (SELECT DISTINCT "registry_id", coalesce("device_id", '') AS "device" FROM "removed") AS "owner"
      ON "owner"."registry_id" = "usage"."registry_id" AND "owner"."device" = coalesce("usage"."device_id", '')
    ORDER BY "usage"."registry_id", coalesce("usage"."device_id", '') FOR UPDATE OF "usage";
  -- The row of an owner that is being deleted may be gone already.
  UPDATE "permanent_usage" AS "usage" SET "topics" = "usage"."topics" - "less"."topics", "bytes" = "usage"."bytes" - "less"."bytes"
    FROM (SELECT "registry_id", coalesce("device_id", '') AS "device", count(*) AS "topics",
                 sum(octet_length("topic") + octet_length("payload")) AS "bytes"
          FROM "removed" GROUP BY "registry_id", coalesce("device_id", '')) AS "less"
    WHERE "less"."registry_id" = "usage"."registry_id" AND "less"."device" = coalesce("usage"."device_id", '');
  RETURN NULL;
END $$;

CREATE FUNCTION "count_permanent_update"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM "permanent_usage" AS "usage"
    JOIN (SELECT DISTINCT "registry_id", coalesce("device_id", '') AS "device" FROM "after") AS "owner"
      ON "owner"."registry_id" = "usage"."registry_id" AND "owner"."device" = coalesce("usage"."device_id", '')
    ORDER BY "usage"."registry_id", coalesce("usage"."device_id", '') FOR UPDATE OF "usage";
  -- A topic never changes its name or its owner, only its payload.
  UPDATE "permanent_usage" AS "usage" SET "bytes" = "usage"."bytes" + "more"."bytes"
    FROM (SELECT "registry_id", "device", sum("bytes") AS "bytes"
          FROM (SELECT "registry_id", coalesce("device_id", '') AS "device", octet_length("payload") AS "bytes" FROM "after"
                UNION ALL
                SELECT "registry_id", coalesce("device_id", ''), -octet_length("payload") FROM "before") AS "changed"
          GROUP BY "registry_id", "device" HAVING sum("bytes") <> 0) AS "more"
    WHERE "more"."registry_id" = "usage"."registry_id" AND "more"."device" = coalesce("usage"."device_id", '');
  RETURN NULL;
END $$;

-- Creating a trigger keeps writers out until the end of this transaction, so no message is counted twice or left out.
CREATE TRIGGER "permanent_message_added" AFTER INSERT ON "permanent_messages"
  REFERENCING NEW TABLE AS "added" FOR EACH STATEMENT EXECUTE FUNCTION "count_permanent_insert"();
CREATE TRIGGER "permanent_message_changed" AFTER UPDATE ON "permanent_messages"
  REFERENCING OLD TABLE AS "before" NEW TABLE AS "after" FOR EACH STATEMENT EXECUTE FUNCTION "count_permanent_update"();
CREATE TRIGGER "permanent_message_removed" AFTER DELETE ON "permanent_messages"
  REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "count_permanent_delete"();

INSERT INTO "permanent_usage" ("registry_id", "device_id", "topics", "bytes")
  SELECT "registry_id", "device_id", count(*), sum(octet_length("topic") + octet_length("payload"))
  FROM "permanent_messages" GROUP BY "registry_id", "device_id";
