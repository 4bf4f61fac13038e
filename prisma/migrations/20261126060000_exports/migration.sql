-- Exports: messages are handed on to other systems, by way of a log for each export. Nothing that is there changes.

-- CreateTable
CREATE TABLE "exports" (
    "id" TEXT COLLATE "C" NOT NULL,
    "folder_id" TEXT COLLATE "C" NOT NULL,
    "registry_id" TEXT COLLATE "C",
    "device_id" TEXT COLLATE "C",
    "broker_id" TEXT COLLATE "C",
    "mqtt_topic_filter" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "name" TEXT,
    "description" TEXT NOT NULL DEFAULT '',
    "labels" JSONB NOT NULL DEFAULT '{}',
    "target" JSONB NOT NULL,
    "secrets" BYTEA NOT NULL,
    "batch" JSONB NOT NULL,
    "concurrency" INTEGER NOT NULL,
    "retry" JSONB NOT NULL,
    "backlog" JSONB NOT NULL,
    "paused" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "exports_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "export_heads" (
    "export_id" TEXT COLLATE "C" NOT NULL,
    "head" BIGINT NOT NULL DEFAULT 0,
    "bytes" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "export_heads_pkey" PRIMARY KEY ("export_id")
);

-- CreateTable
CREATE TABLE "export_chunks" (
    "export_id" TEXT COLLATE "C" NOT NULL,
    "position" BIGINT NOT NULL,
    "messages" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "data" BYTEA NOT NULL,

    CONSTRAINT "export_chunks_pkey" PRIMARY KEY ("export_id","position")
);

-- CreateTable
CREATE TABLE "export_cursors" (
    "export_id" TEXT COLLATE "C" NOT NULL,
    "position" BIGINT NOT NULL DEFAULT 0,
    "freed_bytes" BIGINT NOT NULL DEFAULT 0,
    "holder" TEXT,
    "epoch" BIGINT NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "delivered" BIGINT NOT NULL DEFAULT 0,
    "discarded" BIGINT NOT NULL DEFAULT 0,
    "skipped" BIGINT NOT NULL DEFAULT 0,
    "condition" TEXT NOT NULL DEFAULT 'OK',
    "last_error" TEXT,
    "last_success_at" TIMESTAMPTZ(3),
    "next_attempt_at" TIMESTAMPTZ(3),

    CONSTRAINT "export_cursors_pkey" PRIMARY KEY ("export_id")
);

-- CreateTable
CREATE TABLE "export_dead_letters" (
    "export_id" TEXT COLLATE "C" NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "position" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "attempts" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    "answer" TEXT NOT NULL DEFAULT '',
    "frame" BYTEA NOT NULL,

    CONSTRAINT "export_dead_letters_pkey" PRIMARY KEY ("export_id","id")
);

-- CreateTable
CREATE TABLE "export_attempts" (
    "id" BIGSERIAL NOT NULL,
    "export_id" TEXT COLLATE "C" NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "first_position" BIGINT NOT NULL,
    "last_position" BIGINT NOT NULL,
    "outcome" TEXT NOT NULL,
    "status" INTEGER,
    "milliseconds" INTEGER NOT NULL,
    "error" TEXT,
    "answer" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "export_attempts_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "exports_folder_id_id_idx" ON "exports"("folder_id", "id");

-- CreateIndex
CREATE INDEX "exports_registry_id_id_idx" ON "exports"("registry_id", "id");

-- CreateIndex
CREATE INDEX "exports_broker_id_id_idx" ON "exports"("broker_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "exports_folder_id_name_key" ON "exports"("folder_id", "name");

-- CreateIndex
CREATE INDEX "export_cursors_lease_until_idx" ON "export_cursors"("lease_until");

-- CreateIndex
CREATE INDEX "export_dead_letters_at_idx" ON "export_dead_letters"("at");

-- CreateIndex
CREATE INDEX "export_attempts_export_id_id_idx" ON "export_attempts"("export_id", "id");

-- AddForeignKey
ALTER TABLE "exports" ADD CONSTRAINT "exports_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registries"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "exports" ADD CONSTRAINT "exports_broker_id_fkey" FOREIGN KEY ("broker_id") REFERENCES "brokers"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "export_heads" ADD CONSTRAINT "export_heads_export_id_fkey" FOREIGN KEY ("export_id") REFERENCES "exports"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "export_cursors" ADD CONSTRAINT "export_cursors_export_id_fkey" FOREIGN KEY ("export_id") REFERENCES "exports"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "export_dead_letters" ADD CONSTRAINT "export_dead_letters_export_id_fkey" FOREIGN KEY ("export_id") REFERENCES "exports"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "export_attempts" ADD CONSTRAINT "export_attempts_export_id_fkey" FOREIGN KEY ("export_id") REFERENCES "exports"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma cannot say.

ALTER TABLE "exports" ADD CONSTRAINT "exports_one_source" CHECK (num_nonnulls("registry_id", "broker_id") = 1 AND ("device_id" IS NULL OR "registry_id" IS NOT NULL));
ALTER TABLE "export_cursors" ADD CONSTRAINT "export_cursors_holder_has_lease" CHECK (("holder" IS NULL) = ("lease_until" IS NULL));

-- Frames are written once and read once: to compress them costs more than it saves.
ALTER TABLE "export_chunks" ALTER COLUMN "data" SET STORAGE EXTERNAL;
-- A busy head and cursor change with each commit: room beside each row saves the indexes from it.
ALTER TABLE "export_heads" SET (fillfactor = 50);
ALTER TABLE "export_cursors" SET (fillfactor = 50);

CREATE TRIGGER "export_ids_claimed" AFTER INSERT ON "exports" REFERENCING NEW TABLE AS "added" FOR EACH STATEMENT EXECUTE FUNCTION "claim_resource_ids"('export');
CREATE TRIGGER "export_ids_released" AFTER DELETE ON "exports" REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "claim_resource_ids"('export');

-- The MQTT servers record what matches, and the export processes work by what is set. A version that knows no exports
-- passes over changes of this kind.
CREATE TRIGGER "export_written" AFTER INSERT OR UPDATE OR DELETE ON "exports" FOR EACH ROW EXECUTE FUNCTION "record_change"('export', 'id');

-- `RotateExportSecret`, `RedeliverExportDeadLetters`; exports to data streams are a registry's.
CREATE OR REPLACE FUNCTION "resource_kind_of_call"("name" text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN "call" LIKE '%DataStreamExport%' THEN 'registry'
    WHEN "call" LIKE '%Export%' THEN 'export'
    WHEN "call" LIKE '%Registry%' THEN 'registry'
    WHEN "call" LIKE '%Device%' THEN 'device'
    WHEN "call" LIKE '%Broker%' THEN 'broker'
    WHEN "call" ~ 'ServiceAccount|AuthorizedKey|ApiKey|RoleBinding' THEN 'service_account'
  END
  FROM substring("name" FROM '[^.]*$') AS "call"
$$;
