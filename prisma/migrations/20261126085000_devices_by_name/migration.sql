-- no transaction
-- A console looks for devices by the beginning of their names.

DROP INDEX CONCURRENTLY IF EXISTS "devices_folder_id_name_c_idx";
CREATE INDEX CONCURRENTLY "devices_folder_id_name_c_idx" ON "devices" ("folder_id", "name" COLLATE "C") WHERE "name" IS NOT NULL;
