-- The kinds of what was written before, as far as they can be told. A line of the log whose resource is gone, or whose ID
-- two resources have, belongs to nobody, and goes when its time comes.

UPDATE "operations" SET "resource_kind" = "resource_kind_of_call"("metadata" ->> '@type') WHERE "resource_kind" IS NULL;

UPDATE "audit_events" SET "resource_kind" = "resource_kind_of_call"("event_type")
  WHERE "resource_kind" IS NULL AND "resource_id" IS NOT NULL;

UPDATE "connection_log" AS "line" SET "resource_kind" = "subject"."kind", "folder_id" = "subject"."folder_id"
  FROM (
    SELECT "id", "folder_id", 'device' AS "kind" FROM "devices"
    UNION ALL SELECT "id", "folder_id", 'registry' FROM "registries"
    UNION ALL SELECT "id", "folder_id", 'broker' FROM "brokers"
  ) AS "subject"
  WHERE "line"."resource_kind" IS NULL AND "subject"."id" = "line"."resource_id"
    AND NOT EXISTS (SELECT FROM "resource_id_conflicts" WHERE "id" = "line"."resource_id");
