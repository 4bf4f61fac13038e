-- Operations, audit events and connection logs outlive what they are about, and its ID may be another resource's then:
-- they say of which kind it was, and logs in which folder. Rows that are there get theirs in the next migration, which
-- locks no table.

-- AlterTable
ALTER TABLE "operations" ADD COLUMN     "resource_kind" TEXT;

-- AlterTable
ALTER TABLE "audit_events" ADD COLUMN     "resource_kind" TEXT;

-- AlterTable
ALTER TABLE "connection_log" ADD COLUMN     "folder_id" TEXT COLLATE "C",
ADD COLUMN     "resource_kind" TEXT;

-- What Prisma cannot say.

-- The name of a call says the kind: `devices.CreateDevice`, `type.googleapis.com/….v1.AddBrokerPasswordMetadata`. Keys,
-- tokens and roles are a service account's.
CREATE FUNCTION "resource_kind_of_call"("name" text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN "call" LIKE '%Registry%' THEN 'registry'
    WHEN "call" LIKE '%Device%' THEN 'device'
    WHEN "call" LIKE '%Broker%' THEN 'broker'
    WHEN "call" ~ 'ServiceAccount|AuthorizedKey|ApiKey|RoleBinding' THEN 'service_account'
  END
  FROM substring("name" FROM '[^.]*$') AS "call"
$$;

-- Where the writer does not say: the previous version, which may run beside this one.
CREATE FUNCTION "infer_resource_kind"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."resource_kind" := "resource_kind_of_call"(to_jsonb(NEW) #>> TG_ARGV[0]::text[]);
  RETURN NEW;
END
$$;

CREATE TRIGGER "operation_kind" BEFORE INSERT ON "operations" FOR EACH ROW
  WHEN (NEW."resource_kind" IS NULL) EXECUTE FUNCTION "infer_resource_kind"('{metadata,@type}');
CREATE TRIGGER "audit_event_kind" BEFORE INSERT ON "audit_events" FOR EACH ROW
  WHEN (NEW."resource_kind" IS NULL AND NEW."resource_id" IS NOT NULL) EXECUTE FUNCTION "infer_resource_kind"('{event_type}');

-- Kind and folder of the one resource that has the ID.
CREATE FUNCTION "infer_log_subject"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT "kind", "folder_id" INTO NEW."resource_kind", NEW."folder_id"
    FROM (
      SELECT 'device' AS "kind", "folder_id" FROM "devices" WHERE "id" = NEW."resource_id"
      UNION ALL SELECT 'registry', "folder_id" FROM "registries" WHERE "id" = NEW."resource_id"
      UNION ALL SELECT 'broker', "folder_id" FROM "brokers" WHERE "id" = NEW."resource_id"
    ) AS "subject"
    WHERE NOT EXISTS (SELECT FROM "resource_id_conflicts" WHERE "id" = NEW."resource_id");
  RETURN NEW;
END
$$;

CREATE TRIGGER "log_subject" BEFORE INSERT ON "connection_log" FOR EACH ROW
  WHEN (NEW."resource_kind" IS NULL) EXECUTE FUNCTION "infer_log_subject"();
