-- Who is connected, and what a device list is filtered by: each filter has an index.

-- Written by the MQTT servers. A row means something while its node lives.
CREATE TABLE "live_sessions" (
    "node_id" TEXT COLLATE "C" NOT NULL,
    "number" BIGINT NOT NULL,
    "resource_kind" TEXT NOT NULL,
    "resource_id" TEXT COLLATE "C" NOT NULL,
    "registry_id" TEXT COLLATE "C",
    "client_id" TEXT COLLATE "C" NOT NULL,
    "address" TEXT NOT NULL,
    "secure" BOOLEAN NOT NULL,
    "connected_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "live_sessions_pkey" PRIMARY KEY ("node_id", "number")
);

CREATE INDEX "live_sessions_resource_id_idx" ON "live_sessions" ("resource_id");
CREATE INDEX "live_sessions_registry_id_resource_id_idx" ON "live_sessions" ("registry_id", "resource_id");
ALTER TABLE "live_sessions" ADD CONSTRAINT "live_sessions_node_id_fkey" FOREIGN KEY ("node_id") REFERENCES "data_plane_nodes"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Whether a device ever logged in: set once, when its first activity is written.
ALTER TABLE "devices" ADD COLUMN "seen" BOOLEAN NOT NULL DEFAULT false;
UPDATE "devices" SET "seen" = true FROM "device_activity" AS "activity"
  WHERE "activity"."device_id" = "devices"."id" AND "activity"."last_auth_time" IS NOT NULL;
CREATE INDEX "devices_never_seen_idx" ON "devices" ("registry_id", "id") WHERE NOT "seen";

CREATE INDEX "devices_registry_id_name_c_idx" ON "devices" ("registry_id", "name" COLLATE "C") WHERE "name" IS NOT NULL;
CREATE INDEX "devices_labels_idx" ON "devices" USING GIN ("labels" jsonb_path_ops) WHERE "labels" <> '{}';

-- The day on which a device was last seen (UTC) changes once a day: an index on the time itself would make every write of
-- an activity a write of the index.
-- The registry is not called registry_id: queries of the version before join this table to devices, where that name stands alone.
ALTER TABLE "device_activity" ADD COLUMN "device_registry_id" TEXT COLLATE "C", ADD COLUMN "seen_day" DATE;
UPDATE "device_activity" AS "activity"
  SET "device_registry_id" = "devices"."registry_id", "seen_day" = ("activity"."last_online_time" AT TIME ZONE 'UTC')::date
  FROM "devices" WHERE "devices"."id" = "activity"."device_id";
CREATE INDEX "device_activity_device_registry_id_seen_day_device_id_idx" ON "device_activity" ("device_registry_id", "seen_day", "device_id");
