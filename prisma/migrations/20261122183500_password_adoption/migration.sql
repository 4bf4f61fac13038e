-- Passwords that the MQTT server adopts from first connections, and how far a move has come.

-- AlterTable
ALTER TABLE "passwords" ADD COLUMN "adopted_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "device_activity" ADD COLUMN "first_auth_time" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "password_adoptions" (
    "id" TEXT COLLATE "C" NOT NULL,
    "registry_id" TEXT COLLATE "C",
    "broker_id" TEXT COLLATE "C",
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "networks" TEXT[],
    "attempts_per_minute" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,

    CONSTRAINT "password_adoptions_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "password_adoptions_registry_id_key" ON "password_adoptions"("registry_id");

-- CreateIndex
CREATE UNIQUE INDEX "password_adoptions_broker_id_key" ON "password_adoptions"("broker_id");

-- CreateIndex
CREATE INDEX "devices_registry_id_created_at_id_idx" ON "devices"("registry_id", "created_at", "id");

-- AddForeignKey
ALTER TABLE "password_adoptions" ADD CONSTRAINT "password_adoptions_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registries"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "password_adoptions" ADD CONSTRAINT "password_adoptions_broker_id_fkey" FOREIGN KEY ("broker_id") REFERENCES "brokers"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma cannot say.
ALTER TABLE "password_adoptions" ADD CONSTRAINT "password_adoptions_one_owner" CHECK (num_nonnulls("registry_id", "broker_id") = 1);

-- Of two first connections with different passwords one is adopted: no owner has two adopted passwords.
CREATE UNIQUE INDEX "passwords_adopted_registry_idx" ON "passwords" ("registry_id") WHERE "adopted_at" IS NOT NULL;
CREATE UNIQUE INDEX "passwords_adopted_device_idx" ON "passwords" ("device_id") WHERE "adopted_at" IS NOT NULL;
CREATE UNIQUE INDEX "passwords_adopted_broker_idx" ON "passwords" ("broker_id") WHERE "adopted_at" IS NOT NULL;
