-- A certificate has the folder of its owner, so that those of a folder are found in the order of their end by one index. The column is
-- filled by triggers alone: whichever release writes the certificate, and whoever moves its owner.

-- AlterTable
ALTER TABLE "certificates" ADD COLUMN     "folder_id" TEXT COLLATE "C";

-- What Prisma cannot say.

CREATE FUNCTION "folder_of_certificate"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT "folder_id" INTO NEW."folder_id"
    FROM (
      SELECT "folder_id" FROM "devices" WHERE "id" = NEW."device_id"
      UNION ALL SELECT "folder_id" FROM "registries" WHERE "id" = NEW."registry_id"
      UNION ALL SELECT "folder_id" FROM "brokers" WHERE "id" = NEW."broker_id"
    ) AS "owner";
  RETURN NEW;
END
$$;

CREATE TRIGGER "certificate_folder" BEFORE INSERT ON "certificates" FOR EACH ROW
  WHEN (NEW."folder_id" IS NULL) EXECUTE FUNCTION "folder_of_certificate"();

-- For the rare resource that an operator moves to another folder by hand. Argument: the column that names the owner.
CREATE FUNCTION "move_certificates"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('UPDATE "certificates" SET "folder_id" = $1 WHERE %I = $2', TG_ARGV[0]) USING NEW."folder_id", NEW."id";
  RETURN NULL;
END
$$;

CREATE TRIGGER "registry_certificates_moved" AFTER UPDATE OF "folder_id" ON "registries" FOR EACH ROW WHEN (OLD."folder_id" <> NEW."folder_id") EXECUTE FUNCTION "move_certificates"('registry_id');
CREATE TRIGGER "device_certificates_moved" AFTER UPDATE OF "folder_id" ON "devices" FOR EACH ROW WHEN (OLD."folder_id" <> NEW."folder_id") EXECUTE FUNCTION "move_certificates"('device_id');
CREATE TRIGGER "broker_certificates_moved" AFTER UPDATE OF "folder_id" ON "brokers" FOR EACH ROW WHEN (OLD."folder_id" <> NEW."folder_id") EXECUTE FUNCTION "move_certificates"('broker_id');
