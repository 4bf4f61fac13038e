-- A topic has up to 4 KB, the key of an index at most 2,704 bytes: a topic is identified by its SHA-256, and found by
-- ranges of its beginning. 500 characters are 2,000 bytes at most, and room for the registry.

-- AlterTable
ALTER TABLE "permanent_messages" ADD COLUMN "topic_sha256" BYTEA;
UPDATE "permanent_messages" SET "topic_sha256" = sha256(convert_to("topic", 'UTF8'));
ALTER TABLE "permanent_messages" ALTER COLUMN "topic_sha256" SET NOT NULL,
DROP CONSTRAINT "permanent_messages_pkey",
ADD CONSTRAINT "permanent_messages_pkey" PRIMARY KEY ("registry_id", "topic_sha256");

-- What Prisma cannot say.
CREATE INDEX "permanent_messages_topic_beginning_idx" ON "permanent_messages" ("registry_id", left("topic", 500));
ALTER TABLE "permanent_messages" ADD CONSTRAINT "permanent_messages_topic_sha256" CHECK ("topic_sha256" = sha256(convert_to("topic", 'UTF8')));
