-- What a registry or broker did goes with it: what is deleted gives its ID free, and whoever has the ID next, in another folder, must not
-- read it.

CREATE FUNCTION "remove_tenant_samples"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM "tenant_samples" AS "sample" USING "removed" WHERE "sample"."kind" = TG_ARGV[0] AND "sample"."id" = "removed"."id";
    RETURN NULL;
END $$;

CREATE TRIGGER "registry_samples_removed" AFTER DELETE ON "registries" REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "remove_tenant_samples"('registry');
CREATE TRIGGER "broker_samples_removed" AFTER DELETE ON "brokers" REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "remove_tenant_samples"('broker');
