-- Clients that were refused, for whoever looks for one. The MQTT servers add to it and keep it small: what was not added to
-- for longest goes. `id` is a hash of what makes two refusals the same.

CREATE TABLE "refused_clients" (
    "id" TEXT COLLATE "C" NOT NULL,
    "claimed_id" TEXT COLLATE "C" NOT NULL,
    "certificate_sha256" BYTEA,
    "fingerprint" TEXT,
    "address" TEXT NOT NULL,
    "secure" BOOLEAN NOT NULL,
    "reason" TEXT NOT NULL,
    "resource_kind" TEXT,
    "folder_id" TEXT COLLATE "C",
    "client_id" TEXT COLLATE "C" NOT NULL,
    "detail" TEXT NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "count" BIGINT NOT NULL,

    CONSTRAINT "refused_clients_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "refused_clients_last_at_id_idx" ON "refused_clients" ("last_at", "id");
