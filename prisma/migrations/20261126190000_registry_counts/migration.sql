-- How many devices a registry has, kept by triggers as the counts of folders are: a list of registries says so, however many there are.

-- CreateTable
CREATE TABLE "registry_counts" (
    "registry_id" TEXT COLLATE "C" NOT NULL,
    "slot" INTEGER NOT NULL,
    "devices" BIGINT NOT NULL,

    CONSTRAINT "registry_counts_pkey" PRIMARY KEY ("registry_id","slot")
);

-- What Prisma cannot say.

-- Rewritten all the time: room in the page keeps the new version beside the old one.
ALTER TABLE "registry_counts" SET (fillfactor = 50);

-- Nobody adds a device between the count and the triggers.
LOCK TABLE "registries", "devices" IN SHARE ROW EXCLUSIVE MODE;

-- Each connection counts in one of 16 slots, as in "count_in_folders".
CREATE FUNCTION "count_in_registries"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM "registry_counts";
  ELSIF TG_OP = 'INSERT' THEN
    INSERT INTO "registry_counts" AS "there" ("registry_id", "slot", "devices")
      SELECT "registry_id", pg_backend_pid() % 16, count(*) FROM "added" GROUP BY "registry_id" ORDER BY "registry_id"
      ON CONFLICT ("registry_id", "slot") DO UPDATE SET "devices" = "there"."devices" + EXCLUDED."devices";
  ELSE
    INSERT INTO "registry_counts" AS "there" ("registry_id", "slot", "devices")
      SELECT "registry_id", pg_backend_pid() % 16, -count(*) FROM "removed" GROUP BY "registry_id" ORDER BY "registry_id"
      ON CONFLICT ("registry_id", "slot") DO UPDATE SET "devices" = "there"."devices" + EXCLUDED."devices";
  END IF;
  RETURN NULL;
END
$$;

-- The same for the rare device that an operator moves to another registry by hand.
CREATE FUNCTION "count_moved_device"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "registry_counts" AS "there" ("registry_id", "slot", "devices")
    SELECT * FROM (VALUES (OLD."registry_id", pg_backend_pid() % 16, -1), (NEW."registry_id", pg_backend_pid() % 16, 1)) AS "moved" ("id", "slot", "by")
    ORDER BY "id"
    ON CONFLICT ("registry_id", "slot") DO UPDATE SET "devices" = "there"."devices" + EXCLUDED."devices";
  RETURN NULL;
END
$$;

-- One that is deleted has no device, and its slots go with it.
CREATE FUNCTION "forget_registry_counts"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "registry_counts" WHERE "registry_id" IN (SELECT "id" FROM "removed");
  RETURN NULL;
END
$$;

INSERT INTO "registry_counts" ("registry_id", "slot", "devices")
  SELECT "registry_id", 0, count(*) FROM "devices" GROUP BY "registry_id";

CREATE TRIGGER "device_added_to_registry" AFTER INSERT ON "devices" REFERENCING NEW TABLE AS "added" FOR EACH STATEMENT EXECUTE FUNCTION "count_in_registries"();
CREATE TRIGGER "device_removed_from_registry" AFTER DELETE ON "devices" REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "count_in_registries"();
CREATE TRIGGER "devices_emptied_of_registries" AFTER TRUNCATE ON "devices" FOR EACH STATEMENT EXECUTE FUNCTION "count_in_registries"();
CREATE TRIGGER "device_moved_to_registry" AFTER UPDATE OF "registry_id" ON "devices" FOR EACH ROW WHEN (OLD."registry_id" <> NEW."registry_id") EXECUTE FUNCTION "count_moved_device"();
CREATE TRIGGER "registry_counts_forgotten" AFTER DELETE ON "registries" REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "forget_registry_counts"();
