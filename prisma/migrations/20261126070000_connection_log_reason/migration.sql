-- Why: a code that never changes, beside the text. Lines from before have none, and no row is touched.
ALTER TABLE "connection_log" ADD COLUMN "reason" TEXT;
