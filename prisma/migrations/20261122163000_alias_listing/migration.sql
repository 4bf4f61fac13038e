-- Listing the aliases of a registry by device, a page at a time.

-- CreateIndex
CREATE INDEX "topic_aliases_registry_id_device_id_idx" ON "topic_aliases"("registry_id", "device_id");
