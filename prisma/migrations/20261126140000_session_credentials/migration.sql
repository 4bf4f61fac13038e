-- What a session was opened with; absent in rows of the version before.
ALTER TABLE "live_sessions" ADD COLUMN "password_id" TEXT COLLATE "C", ADD COLUMN "certificate_fingerprint" TEXT;
