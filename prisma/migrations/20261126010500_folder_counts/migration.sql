-- How many of each kind a folder has, kept by triggers: a create under a quota costs the same, however many there are.

-- CreateTable
CREATE TABLE "folder_counts" (
    "folder_id" TEXT COLLATE "C" NOT NULL,
    "kind" TEXT NOT NULL,
    "slot" INTEGER NOT NULL,
    "count" BIGINT NOT NULL,

    CONSTRAINT "folder_counts_pkey" PRIMARY KEY ("folder_id","kind","slot")
);

-- What Prisma cannot say.

-- Rewritten all the time: room in the page keeps the new version beside the old one.
ALTER TABLE "folder_counts" SET (fillfactor = 50);

-- Nobody adds a resource between the count and the triggers.
LOCK TABLE "registries", "devices", "brokers" IN SHARE ROW EXCLUSIVE MODE;

-- Argument: the kind. Each connection counts in one of 16 slots, so that two that create in one folder do not wait for each
-- other's commit. One slot may be below zero; the sum is right.
CREATE FUNCTION "count_in_folders"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM "folder_counts" WHERE "kind" = TG_ARGV[0];
    RETURN NULL;
  END IF;
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "folder_counts" AS "there" ("folder_id", "kind", "slot", "count")
      SELECT "folder_id", TG_ARGV[0], pg_backend_pid() % 16, count(*) FROM "added" GROUP BY "folder_id" ORDER BY "folder_id"
      ON CONFLICT ("folder_id", "kind", "slot") DO UPDATE SET "count" = "there"."count" + EXCLUDED."count";
  ELSE
    INSERT INTO "folder_counts" AS "there" ("folder_id", "kind", "slot", "count")
      SELECT "folder_id", TG_ARGV[0], pg_backend_pid() % 16, -count(*) FROM "removed" GROUP BY "folder_id" ORDER BY "folder_id"
      ON CONFLICT ("folder_id", "kind", "slot") DO UPDATE SET "count" = "there"."count" + EXCLUDED."count";
  END IF;
  RETURN NULL;
END
$$;

-- The same for the rare resource that an operator moves to another folder by hand.
CREATE FUNCTION "count_moved"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "folder_counts" AS "there" ("folder_id", "kind", "slot", "count")
    VALUES (OLD."folder_id", TG_ARGV[0], pg_backend_pid() % 16, -1), (NEW."folder_id", TG_ARGV[0], pg_backend_pid() % 16, 1)
    ON CONFLICT ("folder_id", "kind", "slot") DO UPDATE SET "count" = "there"."count" + EXCLUDED."count";
  RETURN NULL;
END
$$;

INSERT INTO "folder_counts" ("folder_id", "kind", "slot", "count")
  SELECT "folder_id", 'registry', 0, count(*) FROM "registries" GROUP BY "folder_id"
  UNION ALL SELECT "folder_id", 'device', 0, count(*) FROM "devices" GROUP BY "folder_id"
  UNION ALL SELECT "folder_id", 'broker', 0, count(*) FROM "brokers" GROUP BY "folder_id";

CREATE TRIGGER "registry_added_to_folder" AFTER INSERT ON "registries" REFERENCING NEW TABLE AS "added" FOR EACH STATEMENT EXECUTE FUNCTION "count_in_folders"('registry');
CREATE TRIGGER "device_added_to_folder" AFTER INSERT ON "devices" REFERENCING NEW TABLE AS "added" FOR EACH STATEMENT EXECUTE FUNCTION "count_in_folders"('device');
CREATE TRIGGER "broker_added_to_folder" AFTER INSERT ON "brokers" REFERENCING NEW TABLE AS "added" FOR EACH STATEMENT EXECUTE FUNCTION "count_in_folders"('broker');

CREATE TRIGGER "registry_removed_from_folder" AFTER DELETE ON "registries" REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "count_in_folders"('registry');
CREATE TRIGGER "device_removed_from_folder" AFTER DELETE ON "devices" REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "count_in_folders"('device');
CREATE TRIGGER "broker_removed_from_folder" AFTER DELETE ON "brokers" REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "count_in_folders"('broker');

CREATE TRIGGER "registry_moved" AFTER UPDATE OF "folder_id" ON "registries" FOR EACH ROW WHEN (OLD."folder_id" <> NEW."folder_id") EXECUTE FUNCTION "count_moved"('registry');
CREATE TRIGGER "device_moved" AFTER UPDATE OF "folder_id" ON "devices" FOR EACH ROW WHEN (OLD."folder_id" <> NEW."folder_id") EXECUTE FUNCTION "count_moved"('device');
CREATE TRIGGER "broker_moved" AFTER UPDATE OF "folder_id" ON "brokers" FOR EACH ROW WHEN (OLD."folder_id" <> NEW."folder_id") EXECUTE FUNCTION "count_moved"('broker');

CREATE TRIGGER "registries_emptied" AFTER TRUNCATE ON "registries" FOR EACH STATEMENT EXECUTE FUNCTION "count_in_folders"('registry');
CREATE TRIGGER "devices_emptied" AFTER TRUNCATE ON "devices" FOR EACH STATEMENT EXECUTE FUNCTION "count_in_folders"('device');
CREATE TRIGGER "brokers_emptied" AFTER TRUNCATE ON "brokers" FOR EACH STATEMENT EXECUTE FUNCTION "count_in_folders"('broker');
