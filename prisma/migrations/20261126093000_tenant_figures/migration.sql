-- What else a registry or broker did in a minute. The version before writes none of it, which counts as nothing.

ALTER TABLE "tenant_samples"
    ADD COLUMN "bytes_received" BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN "messages_sent" BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN "bytes_sent" BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN "messages_dropped" BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN "refused" BIGINT NOT NULL DEFAULT 0;
