/** How the release before this one writes, word for word: what it goes on doing while this one migrates, and beside it. */

/** An API process creates a device. Parameters: ID, registry, folder, name. */
export const createDevice = `
  INSERT INTO "public"."devices" ("id", "registry_id", "folder_id", "name", "description", "labels", "status")
  VALUES ($1, $2, $3, $4, '', '{}', CAST('ACTIVE'::text AS "public"."ResourceStatus"))`;

/** An MQTT server stores messages of permanent topics. Parameters: registries, topics, devices, payloads. */
export const storeMessages = `
  WITH given AS (
    SELECT *, sha256(convert_to(topic, 'UTF8')) AS topic_sha256
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[])
      AS given(registry_id, topic, device_id, payload)
  ), cleared AS (
    DELETE FROM permanent_messages AS stored USING given
    WHERE given.payload = '' AND stored.registry_id = given.registry_id AND stored.topic_sha256 = given.topic_sha256
  )
  INSERT INTO permanent_messages AS stored (registry_id, topic, topic_sha256, device_id, payload, updated_at)
  SELECT given.registry_id, given.topic, given.topic_sha256, given.device_id, given.payload, clock_timestamp()
  FROM given
  JOIN registries ON registries.id = given.registry_id
  LEFT JOIN devices ON devices.id = given.device_id
  WHERE given.payload <> '' AND (given.device_id IS NULL OR devices.id IS NOT NULL)
  ON CONFLICT (registry_id, topic_sha256)
  DO UPDATE SET payload = excluded.payload, device_id = excluded.device_id, updated_at = excluded.updated_at`;
