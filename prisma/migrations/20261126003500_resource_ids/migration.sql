-- An ID belongs to one resource of one kind in the whole installation, whoever writes it: the tables of the resources
-- keep `resource_ids` by triggers. And an Idempotency-Key is a caller's for one operation.

-- CreateTable
CREATE TABLE "resource_ids" (
    "id" TEXT COLLATE "C" NOT NULL,
    "kind" TEXT NOT NULL,

    CONSTRAINT "resource_ids_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "resource_id_conflicts" (
    "id" TEXT COLLATE "C" NOT NULL,
    "kind" TEXT NOT NULL,

    CONSTRAINT "resource_id_conflicts_pkey" PRIMARY KEY ("id","kind")
);

-- AlterTable
-- The previous version goes on: it names no operation, asks by caller and key (the beginning of the primary key), and
-- its ON CONFLICT names no column.
ALTER TABLE "idempotency_keys" DROP CONSTRAINT "idempotency_keys_pkey",
ADD COLUMN     "operation" TEXT NOT NULL DEFAULT '',
ADD CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("caller_id", "key", "operation");

-- What Prisma cannot say.

-- Nobody adds a resource between the look at what is there and the triggers.
LOCK TABLE "service_accounts", "registries", "devices", "brokers" IN SHARE ROW EXCLUSIVE MODE;

-- Argument: the kind. A resource that is listed as being in conflict was there before the rule, and comes back from a
-- backup; any other finds the primary key of `resource_ids`. What is deleted gives its ID free, for any kind.
CREATE FUNCTION "claim_resource_id"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM "resource_id_conflicts" WHERE "kind" = TG_ARGV[0];
    DELETE FROM "resource_ids" WHERE "kind" = TG_ARGV[0];
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM "resource_id_conflicts" WHERE "id" = OLD."id" AND "kind" = TG_ARGV[0];
    DELETE FROM "resource_ids" WHERE "id" = OLD."id" AND "kind" = TG_ARGV[0];
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO "resource_ids" ("id", "kind")
      SELECT NEW."id", TG_ARGV[0]
      WHERE NOT EXISTS (SELECT FROM "resource_id_conflicts" WHERE "id" = NEW."id" AND "kind" = TG_ARGV[0]);
  END IF;
  RETURN NULL;
END
$$;

-- Whose ID is in conflict holds it too. When one is left, the conflict is over: the ID is its own, and the MQTT servers
-- are told to look again.
CREATE FUNCTION "settle_resource_id"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "remaining" text[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "resource_ids" ("id", "kind") VALUES (NEW."id", NEW."kind") ON CONFLICT DO NOTHING;
    RETURN NULL;
  END IF;
  "remaining" := ARRAY(SELECT "kind" FROM "resource_id_conflicts" WHERE "id" = OLD."id" ORDER BY "kind");
  IF cardinality("remaining") = 0 THEN
    RETURN NULL;
  END IF;
  UPDATE "resource_ids" SET "kind" = "remaining"[1] WHERE "id" = OLD."id";
  IF cardinality("remaining") = 1 THEN
    DELETE FROM "resource_id_conflicts" WHERE "id" = OLD."id";
    INSERT INTO "changes" ("kind", "key")
      VALUES (CASE "remaining"[1] WHEN 'service_account' THEN 'account' ELSE "remaining"[1] END, OLD."id");
    PERFORM pg_notify('iotcore_changes', '');
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER "resource_id_conflict_settled" AFTER INSERT OR DELETE ON "resource_id_conflicts" FOR EACH ROW
  EXECUTE FUNCTION "settle_resource_id"();

INSERT INTO "resource_id_conflicts" ("id", "kind")
  WITH "resources" ("id", "kind") AS (
    SELECT "id", 'registry' FROM "registries"
    UNION ALL SELECT "id", 'device' FROM "devices"
    UNION ALL SELECT "id", 'broker' FROM "brokers"
    UNION ALL SELECT "id", 'service_account' FROM "service_accounts"
  )
  SELECT "id", "kind" FROM "resources"
  WHERE "id" IN (SELECT "id" FROM "resources" GROUP BY "id" HAVING count(*) > 1);

INSERT INTO "resource_ids" ("id", "kind")
  SELECT "id", "kind" FROM (
    SELECT "id", 'registry' FROM "registries"
    UNION ALL SELECT "id", 'device' FROM "devices"
    UNION ALL SELECT "id", 'broker' FROM "brokers"
    UNION ALL SELECT "id", 'service_account' FROM "service_accounts"
  ) AS "resources" ("id", "kind")
  ORDER BY "id"
  ON CONFLICT DO NOTHING;

CREATE TRIGGER "registry_id_written" AFTER INSERT OR DELETE ON "registries" FOR EACH ROW EXECUTE FUNCTION "claim_resource_id"('registry');
CREATE TRIGGER "device_id_written" AFTER INSERT OR DELETE ON "devices" FOR EACH ROW EXECUTE FUNCTION "claim_resource_id"('device');
CREATE TRIGGER "broker_id_written" AFTER INSERT OR DELETE ON "brokers" FOR EACH ROW EXECUTE FUNCTION "claim_resource_id"('broker');
CREATE TRIGGER "service_account_id_written" AFTER INSERT OR DELETE ON "service_accounts" FOR EACH ROW EXECUTE FUNCTION "claim_resource_id"('service_account');

CREATE TRIGGER "registry_id_changed" AFTER UPDATE OF "id" ON "registries" FOR EACH ROW WHEN (OLD."id" <> NEW."id") EXECUTE FUNCTION "claim_resource_id"('registry');
CREATE TRIGGER "device_id_changed" AFTER UPDATE OF "id" ON "devices" FOR EACH ROW WHEN (OLD."id" <> NEW."id") EXECUTE FUNCTION "claim_resource_id"('device');
CREATE TRIGGER "broker_id_changed" AFTER UPDATE OF "id" ON "brokers" FOR EACH ROW WHEN (OLD."id" <> NEW."id") EXECUTE FUNCTION "claim_resource_id"('broker');
CREATE TRIGGER "service_account_id_changed" AFTER UPDATE OF "id" ON "service_accounts" FOR EACH ROW WHEN (OLD."id" <> NEW."id") EXECUTE FUNCTION "claim_resource_id"('service_account');

CREATE TRIGGER "registry_ids_truncated" AFTER TRUNCATE ON "registries" FOR EACH STATEMENT EXECUTE FUNCTION "claim_resource_id"('registry');
CREATE TRIGGER "device_ids_truncated" AFTER TRUNCATE ON "devices" FOR EACH STATEMENT EXECUTE FUNCTION "claim_resource_id"('device');
CREATE TRIGGER "broker_ids_truncated" AFTER TRUNCATE ON "brokers" FOR EACH STATEMENT EXECUTE FUNCTION "claim_resource_id"('broker');
CREATE TRIGGER "service_account_ids_truncated" AFTER TRUNCATE ON "service_accounts" FOR EACH STATEMENT EXECUTE FUNCTION "claim_resource_id"('service_account');
