-- no transaction
-- Few lines are not of the level INFO, and they are those that are looked for.

DROP INDEX CONCURRENTLY IF EXISTS "connection_log_resource_id_id_warnings_idx";
CREATE INDEX CONCURRENTLY "connection_log_resource_id_id_warnings_idx" ON "connection_log" ("resource_id", "id") WHERE "level" <> 'INFO';
