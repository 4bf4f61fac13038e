-- no transaction
-- Certificates of a folder by their end: those that run out come first. The index of all certificates by their end has no reader any more.

DROP INDEX CONCURRENTLY IF EXISTS "certificates_folder_id_not_after_sha256_idx";
CREATE INDEX CONCURRENTLY "certificates_folder_id_not_after_sha256_idx" ON "certificates" ("folder_id", "not_after", "sha256");
DROP INDEX CONCURRENTLY IF EXISTS "certificates_not_after_sha256_idx";
