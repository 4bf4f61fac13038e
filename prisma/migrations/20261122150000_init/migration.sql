-- Written by Prisma's engine (scripts/schema-diff.mjs), then by hand:
-- IDs, aliases and topics collate "C": they compare as bytes, in the order that the program compares them in, and an
-- index on them serves prefix searches, whatever locale the database has. The part at the end is what Prisma cannot say.

-- CreateEnum
CREATE TYPE "RegistryStatus" AS ENUM ('CREATING', 'ACTIVE', 'DELETING', 'DISABLED');

-- CreateEnum
CREATE TYPE "ResourceStatus" AS ENUM ('CREATING', 'ACTIVE', 'DELETING');

-- CreateTable
CREATE TABLE "registries" (
    "id" TEXT COLLATE "C" NOT NULL,
    "folder_id" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "name" TEXT,
    "description" TEXT NOT NULL DEFAULT '',
    "labels" JSONB NOT NULL DEFAULT '{}',
    "status" "RegistryStatus" NOT NULL DEFAULT 'ACTIVE',
    "log_group_id" TEXT COLLATE "C",
    "log_options" JSONB,

    CONSTRAINT "registries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "devices" (
    "id" TEXT COLLATE "C" NOT NULL,
    "registry_id" TEXT COLLATE "C" NOT NULL,
    "folder_id" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "name" TEXT,
    "description" TEXT NOT NULL DEFAULT '',
    "labels" JSONB NOT NULL DEFAULT '{}',
    "status" "ResourceStatus" NOT NULL DEFAULT 'ACTIVE',

    CONSTRAINT "devices_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "brokers" (
    "id" TEXT COLLATE "C" NOT NULL,
    "folder_id" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "name" TEXT,
    "description" TEXT NOT NULL DEFAULT '',
    "labels" JSONB NOT NULL DEFAULT '{}',
    "status" "ResourceStatus" NOT NULL DEFAULT 'ACTIVE',
    "log_options" JSONB,

    CONSTRAINT "brokers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "certificates" (
    "sha256" BYTEA NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "pem" TEXT NOT NULL,
    "not_before" TIMESTAMPTZ(3) NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "registry_id" TEXT COLLATE "C",
    "device_id" TEXT COLLATE "C",
    "broker_id" TEXT COLLATE "C",

    CONSTRAINT "certificates_pkey" PRIMARY KEY ("sha256")
);

-- CreateTable
CREATE TABLE "passwords" (
    "id" TEXT COLLATE "C" NOT NULL,
    "hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "registry_id" TEXT COLLATE "C",
    "device_id" TEXT COLLATE "C",
    "broker_id" TEXT COLLATE "C",

    CONSTRAINT "passwords_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "topic_aliases" (
    "registry_id" TEXT COLLATE "C" NOT NULL,
    "alias" TEXT COLLATE "C" NOT NULL,
    "device_id" TEXT COLLATE "C" NOT NULL,
    "prefix" TEXT NOT NULL,

    CONSTRAINT "topic_aliases_pkey" PRIMARY KEY ("registry_id","alias")
);

-- CreateTable
CREATE TABLE "operations" (
    "id" TEXT COLLATE "C" NOT NULL,
    "resource_id" TEXT COLLATE "C" NOT NULL,
    "folder_id" TEXT COLLATE "C" NOT NULL,
    "description" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "modified_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "metadata" JSONB NOT NULL,
    "response" JSONB,
    "error" JSONB,

    CONSTRAINT "operations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "device_activity" (
    "device_id" TEXT COLLATE "C" NOT NULL,
    "last_auth_ip" TEXT,
    "last_auth_time" TIMESTAMPTZ(3),
    "last_pub_activity_time" TIMESTAMPTZ(3),
    "last_sub_activity_time" TIMESTAMPTZ(3),
    "last_online_time" TIMESTAMPTZ(3),
    "last_disconnect_time" TIMESTAMPTZ(3),

    CONSTRAINT "device_activity_pkey" PRIMARY KEY ("device_id")
);

-- CreateTable
CREATE TABLE "permanent_messages" (
    "registry_id" TEXT COLLATE "C" NOT NULL,
    "topic" TEXT COLLATE "C" NOT NULL,
    "device_id" TEXT COLLATE "C",
    "payload" BYTEA NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "permanent_messages_pkey" PRIMARY KEY ("registry_id","topic")
);

-- CreateTable
CREATE TABLE "connection_log" (
    "id" BIGSERIAL NOT NULL,
    "resource_id" TEXT COLLATE "C" NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "level" TEXT NOT NULL,
    "message" TEXT NOT NULL,

    CONSTRAINT "connection_log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "changes" (
    "id" BIGSERIAL NOT NULL,
    "xid" xid8 NOT NULL DEFAULT pg_current_xact_id(),
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,

    CONSTRAINT "changes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signing_keys" (
    "kid" TEXT NOT NULL,
    "jwk" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "signing_keys_pkey" PRIMARY KEY ("kid")
);

-- CreateTable
CREATE TABLE "service_accounts" (
    "id" TEXT COLLATE "C" NOT NULL,
    "folder_id" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "service_accounts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "authorized_keys" (
    "id" TEXT COLLATE "C" NOT NULL,
    "service_account_id" TEXT COLLATE "C" NOT NULL,
    "public_key" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "authorized_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" TEXT COLLATE "C" NOT NULL,
    "service_account_id" TEXT COLLATE "C" NOT NULL,
    "secret_sha256" BYTEA NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "role_bindings" (
    "id" TEXT COLLATE "C" NOT NULL,
    "service_account_id" TEXT COLLATE "C" NOT NULL,
    "folder_id" TEXT COLLATE "C" NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "role_bindings_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "caller_id" TEXT COLLATE "C" NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" BYTEA NOT NULL,
    "status" INTEGER NOT NULL,
    "response" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("caller_id","key")
);

-- CreateTable
CREATE TABLE "audit_events" (
    "id" TEXT COLLATE "C" NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "event_type" TEXT NOT NULL,
    "caller_id" TEXT COLLATE "C",
    "remote_ip" TEXT NOT NULL,
    "user_agent" TEXT NOT NULL DEFAULT '',
    "request_id" TEXT COLLATE "C" NOT NULL,
    "folder_id" TEXT COLLATE "C",
    "resource_id" TEXT COLLATE "C",
    "details" JSONB NOT NULL DEFAULT '{}',
    "code" INTEGER NOT NULL,

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "data_plane_nodes" (
    "id" TEXT COLLATE "C" NOT NULL,
    "url" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "data_plane_nodes_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "registries_folder_id_id_idx" ON "registries"("folder_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "registries_folder_id_name_key" ON "registries"("folder_id", "name");

-- CreateIndex
CREATE INDEX "devices_registry_id_id_idx" ON "devices"("registry_id", "id");

-- CreateIndex
CREATE INDEX "devices_folder_id_id_idx" ON "devices"("folder_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "devices_registry_id_name_key" ON "devices"("registry_id", "name");

-- CreateIndex
CREATE INDEX "brokers_folder_id_id_idx" ON "brokers"("folder_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "brokers_folder_id_name_key" ON "brokers"("folder_id", "name");

-- CreateIndex
CREATE INDEX "certificates_registry_id_idx" ON "certificates"("registry_id");

-- CreateIndex
CREATE INDEX "certificates_device_id_idx" ON "certificates"("device_id");

-- CreateIndex
CREATE INDEX "certificates_broker_id_idx" ON "certificates"("broker_id");

-- CreateIndex
CREATE INDEX "passwords_registry_id_idx" ON "passwords"("registry_id");

-- CreateIndex
CREATE INDEX "passwords_device_id_idx" ON "passwords"("device_id");

-- CreateIndex
CREATE INDEX "passwords_broker_id_idx" ON "passwords"("broker_id");

-- CreateIndex
CREATE INDEX "topic_aliases_device_id_idx" ON "topic_aliases"("device_id");

-- CreateIndex
CREATE INDEX "operations_resource_id_id_idx" ON "operations"("resource_id", "id");

-- CreateIndex
CREATE INDEX "permanent_messages_device_id_idx" ON "permanent_messages"("device_id");

-- CreateIndex
CREATE INDEX "connection_log_resource_id_id_idx" ON "connection_log"("resource_id", "id");

-- CreateIndex
CREATE INDEX "connection_log_at_idx" ON "connection_log"("at");

-- CreateIndex
CREATE INDEX "changes_xid_idx" ON "changes"("xid");

-- CreateIndex
CREATE UNIQUE INDEX "service_accounts_folder_id_name_key" ON "service_accounts"("folder_id", "name");

-- CreateIndex
CREATE INDEX "authorized_keys_service_account_id_idx" ON "authorized_keys"("service_account_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_secret_sha256_key" ON "api_keys"("secret_sha256");

-- CreateIndex
CREATE INDEX "api_keys_service_account_id_idx" ON "api_keys"("service_account_id");

-- CreateIndex
CREATE UNIQUE INDEX "role_bindings_service_account_id_folder_id_role_key" ON "role_bindings"("service_account_id", "folder_id", "role");

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

-- CreateIndex
CREATE INDEX "audit_events_folder_id_id_idx" ON "audit_events"("folder_id", "id");

-- CreateIndex
CREATE INDEX "audit_events_at_idx" ON "audit_events"("at");

-- AddForeignKey
ALTER TABLE "devices" ADD CONSTRAINT "devices_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registries"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "certificates" ADD CONSTRAINT "certificates_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registries"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "certificates" ADD CONSTRAINT "certificates_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "devices"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "certificates" ADD CONSTRAINT "certificates_broker_id_fkey" FOREIGN KEY ("broker_id") REFERENCES "brokers"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "passwords" ADD CONSTRAINT "passwords_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registries"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "passwords" ADD CONSTRAINT "passwords_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "devices"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "passwords" ADD CONSTRAINT "passwords_broker_id_fkey" FOREIGN KEY ("broker_id") REFERENCES "brokers"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "topic_aliases" ADD CONSTRAINT "topic_aliases_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registries"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "topic_aliases" ADD CONSTRAINT "topic_aliases_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "devices"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device_activity" ADD CONSTRAINT "device_activity_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "devices"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "permanent_messages" ADD CONSTRAINT "permanent_messages_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registries"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "permanent_messages" ADD CONSTRAINT "permanent_messages_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "devices"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "authorized_keys" ADD CONSTRAINT "authorized_keys_service_account_id_fkey" FOREIGN KEY ("service_account_id") REFERENCES "service_accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_service_account_id_fkey" FOREIGN KEY ("service_account_id") REFERENCES "service_accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_bindings" ADD CONSTRAINT "role_bindings_service_account_id_fkey" FOREIGN KEY ("service_account_id") REFERENCES "service_accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A credential belongs to exactly one registry, device or broker.
ALTER TABLE "certificates" ADD CONSTRAINT "certificates_one_owner" CHECK (num_nonnulls("registry_id", "device_id", "broker_id") = 1);
ALTER TABLE "passwords" ADD CONSTRAINT "passwords_one_owner" CHECK (num_nonnulls("registry_id", "device_id", "broker_id") = 1);

-- Rewritten all the time and indexed by nothing that changes: room in the page keeps the new version beside the old one.
ALTER TABLE "device_activity" SET (fillfactor = 70);
ALTER TABLE "permanent_messages" SET (fillfactor = 80);

-- The change feed. One row for each changed thing, in the transaction that changed it; the notification only wakes the
-- readers up, so its payload is empty and one transaction sends it once.
-- Arguments: the kind, and the column whose value is the key. Bytes are written as lower-case hex.
CREATE FUNCTION "record_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "changes" ("kind", "key")
    SELECT DISTINCT TG_ARGV[0], regexp_replace("value", '^\\x', '')
    FROM (VALUES (to_jsonb(OLD) ->> TG_ARGV[1]), (to_jsonb(NEW) ->> TG_ARGV[1])) AS "touched"("value")
    WHERE "value" IS NOT NULL;
  PERFORM pg_notify('iotcore_changes', '');
  RETURN NULL;
END
$$;

CREATE TRIGGER "registry_updated" AFTER UPDATE ON "registries" FOR EACH ROW
  WHEN ((OLD."status", OLD."log_group_id", OLD."log_options") IS DISTINCT FROM (NEW."status", NEW."log_group_id", NEW."log_options"))
  EXECUTE FUNCTION "record_change"('registry', 'id');
CREATE TRIGGER "registry_deleted" AFTER DELETE ON "registries" FOR EACH ROW EXECUTE FUNCTION "record_change"('registry', 'id');

CREATE TRIGGER "device_updated" AFTER UPDATE ON "devices" FOR EACH ROW
  WHEN (OLD."status" IS DISTINCT FROM NEW."status")
  EXECUTE FUNCTION "record_change"('device', 'id');
CREATE TRIGGER "device_deleted" AFTER DELETE ON "devices" FOR EACH ROW EXECUTE FUNCTION "record_change"('device', 'id');

CREATE TRIGGER "broker_updated" AFTER UPDATE ON "brokers" FOR EACH ROW
  WHEN ((OLD."status", OLD."log_options") IS DISTINCT FROM (NEW."status", NEW."log_options"))
  EXECUTE FUNCTION "record_change"('broker', 'id');
CREATE TRIGGER "broker_deleted" AFTER DELETE ON "brokers" FOR EACH ROW EXECUTE FUNCTION "record_change"('broker', 'id');

CREATE TRIGGER "certificate_deleted" AFTER DELETE ON "certificates" FOR EACH ROW EXECUTE FUNCTION "record_change"('certificate', 'sha256');
CREATE TRIGGER "password_deleted" AFTER DELETE ON "passwords" FOR EACH ROW EXECUTE FUNCTION "record_change"('password', 'id');

CREATE TRIGGER "alias_written" AFTER INSERT OR UPDATE OR DELETE ON "topic_aliases" FOR EACH ROW EXECUTE FUNCTION "record_change"('alias', 'device_id');

CREATE TRIGGER "account_written" AFTER UPDATE OR DELETE ON "service_accounts" FOR EACH ROW EXECUTE FUNCTION "record_change"('account', 'id');
CREATE TRIGGER "authorized_key_written" AFTER INSERT OR UPDATE OR DELETE ON "authorized_keys" FOR EACH ROW EXECUTE FUNCTION "record_change"('account', 'service_account_id');
CREATE TRIGGER "api_key_written" AFTER INSERT OR UPDATE OR DELETE ON "api_keys" FOR EACH ROW EXECUTE FUNCTION "record_change"('account', 'service_account_id');
CREATE TRIGGER "role_binding_written" AFTER INSERT OR UPDATE OR DELETE ON "role_bindings" FOR EACH ROW EXECUTE FUNCTION "record_change"('account', 'service_account_id');
CREATE TRIGGER "signing_key_written" AFTER INSERT OR UPDATE OR DELETE ON "signing_keys" FOR EACH ROW EXECUTE FUNCTION "record_change"('signing-key', 'kid');
