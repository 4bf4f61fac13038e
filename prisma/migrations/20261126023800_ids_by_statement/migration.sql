-- IDs are claimed and given free once a statement, not once a row: 1,000 devices of an import cost a tenth more than without
-- the rule, instead of half as much again.

CREATE FUNCTION "claim_resource_ids"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "resource_ids" ("id", "kind")
      SELECT "id", TG_ARGV[0] FROM "added"
      WHERE NOT EXISTS (SELECT FROM "resource_id_conflicts" AS "conflict" WHERE "conflict"."id" = "added"."id" AND "conflict"."kind" = TG_ARGV[0]);
  ELSE
    DELETE FROM "resource_id_conflicts" AS "conflict" USING "removed" WHERE "conflict"."id" = "removed"."id" AND "conflict"."kind" = TG_ARGV[0];
    DELETE FROM "resource_ids" AS "claimed" USING "removed" WHERE "claimed"."id" = "removed"."id" AND "claimed"."kind" = TG_ARGV[0];
  END IF;
  RETURN NULL;
END
$$;

DROP TRIGGER "registry_id_written" ON "registries";
CREATE TRIGGER "registry_ids_claimed" AFTER INSERT ON "registries" REFERENCING NEW TABLE AS "added" FOR EACH STATEMENT EXECUTE FUNCTION "claim_resource_ids"('registry');
CREATE TRIGGER "registry_ids_released" AFTER DELETE ON "registries" REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "claim_resource_ids"('registry');

DROP TRIGGER "device_id_written" ON "devices";
CREATE TRIGGER "device_ids_claimed" AFTER INSERT ON "devices" REFERENCING NEW TABLE AS "added" FOR EACH STATEMENT EXECUTE FUNCTION "claim_resource_ids"('device');
CREATE TRIGGER "device_ids_released" AFTER DELETE ON "devices" REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "claim_resource_ids"('device');

DROP TRIGGER "broker_id_written" ON "brokers";
CREATE TRIGGER "broker_ids_claimed" AFTER INSERT ON "brokers" REFERENCING NEW TABLE AS "added" FOR EACH STATEMENT EXECUTE FUNCTION "claim_resource_ids"('broker');
CREATE TRIGGER "broker_ids_released" AFTER DELETE ON "brokers" REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "claim_resource_ids"('broker');

DROP TRIGGER "service_account_id_written" ON "service_accounts";
CREATE TRIGGER "service_account_ids_claimed" AFTER INSERT ON "service_accounts" REFERENCING NEW TABLE AS "added" FOR EACH STATEMENT EXECUTE FUNCTION "claim_resource_ids"('service_account');
CREATE TRIGGER "service_account_ids_released" AFTER DELETE ON "service_accounts" REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "claim_resource_ids"('service_account');
