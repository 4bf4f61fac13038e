-- The folders of the certificates that were there before.

UPDATE "certificates" AS "c" SET "folder_id" = "owner"."folder_id"
  FROM "devices" AS "owner" WHERE "c"."folder_id" IS NULL AND "c"."device_id" = "owner"."id";

UPDATE "certificates" AS "c" SET "folder_id" = "owner"."folder_id"
  FROM "registries" AS "owner" WHERE "c"."folder_id" IS NULL AND "c"."registry_id" = "owner"."id";

UPDATE "certificates" AS "c" SET "folder_id" = "owner"."folder_id"
  FROM "brokers" AS "owner" WHERE "c"."folder_id" IS NULL AND "c"."broker_id" = "owner"."id";
