-- no transaction
-- The same lines, summed up for a folder.

DROP INDEX CONCURRENTLY IF EXISTS "connection_log_folder_id_id_warnings_idx";
CREATE INDEX CONCURRENTLY "connection_log_folder_id_id_warnings_idx" ON "connection_log" ("folder_id", "id") WHERE "level" <> 'INFO';
