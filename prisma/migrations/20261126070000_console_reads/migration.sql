-- What a console looks for: resources by the beginning of their names, lines of a log by level and reason, refusals of a folder.

CREATE INDEX "devices_folder_id_name_c_idx" ON "devices" ("folder_id", "name" COLLATE "C") WHERE "name" IS NOT NULL;

-- Why: a code that never changes, beside the text. Lines from before have none.
ALTER TABLE "connection_log" ADD COLUMN "reason" TEXT;

-- Few lines are not of the level INFO, and they are those that are looked for.
CREATE INDEX "connection_log_resource_id_id_warnings_idx" ON "connection_log" ("resource_id", "id") WHERE "level" <> 'INFO';
CREATE INDEX "connection_log_folder_id_id_warnings_idx" ON "connection_log" ("folder_id", "id") WHERE "level" <> 'INFO';
