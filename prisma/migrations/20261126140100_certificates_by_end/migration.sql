-- no transaction
-- Certificates by their end: those that run out come first.

DROP INDEX CONCURRENTLY IF EXISTS "certificates_not_after_sha256_idx";
CREATE INDEX CONCURRENTLY "certificates_not_after_sha256_idx" ON "certificates" ("not_after", "sha256");
