-- What an operator keeps out: single devices and brokers (registries have a status for it), and address ranges.

CREATE TABLE "resource_blocks" (
    "id" TEXT COLLATE "C" NOT NULL,
    "device_id" TEXT COLLATE "C",
    "broker_id" TEXT COLLATE "C",
    "ends_at" TIMESTAMPTZ(3),
    "note" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,

    CONSTRAINT "resource_blocks_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "resource_blocks_one_resource" CHECK (num_nonnulls("device_id", "broker_id") = 1)
);

CREATE UNIQUE INDEX "resource_blocks_device_id_key" ON "resource_blocks" ("device_id");
CREATE UNIQUE INDEX "resource_blocks_broker_id_key" ON "resource_blocks" ("broker_id");
ALTER TABLE "resource_blocks" ADD CONSTRAINT "resource_blocks_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "devices"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "resource_blocks" ADD CONSTRAINT "resource_blocks_broker_id_fkey" FOREIGN KEY ("broker_id") REFERENCES "brokers"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "network_blocks" (
    "id" TEXT COLLATE "C" NOT NULL,
    "network" TEXT NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "note" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,

    CONSTRAINT "network_blocks_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "network_blocks_ends_at_idx" ON "network_blocks" ("ends_at");

-- To the MQTT servers. A column that is NULL is told of by nobody.
CREATE TRIGGER "device_block_written" AFTER INSERT OR UPDATE OR DELETE ON "resource_blocks" FOR EACH ROW EXECUTE FUNCTION "record_change"('device', 'device_id');
CREATE TRIGGER "broker_block_written" AFTER INSERT OR UPDATE OR DELETE ON "resource_blocks" FOR EACH ROW EXECUTE FUNCTION "record_change"('broker', 'broker_id');
CREATE TRIGGER "network_block_written" AFTER INSERT OR UPDATE OR DELETE ON "network_blocks" FOR EACH ROW EXECUTE FUNCTION "record_change"('network-block', 'id');
