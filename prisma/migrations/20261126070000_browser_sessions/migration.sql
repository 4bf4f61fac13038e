-- Who is signed in with a browser, and the one-time codes of sign-in links. Of both secrets the SHA-256 is kept: each has 256
-- random bits.

CREATE TABLE "browser_sessions" (
    "id" TEXT COLLATE "C" NOT NULL,
    "secret_sha256" BYTEA NOT NULL,
    "service_account_id" TEXT COLLATE "C" NOT NULL,
    "api_key_id" TEXT COLLATE "C",
    "authorized_key_id" TEXT COLLATE "C",
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "remote_ip" TEXT NOT NULL,
    "user_agent" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "browser_sessions_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "browser_sessions_secret_sha256_key" ON "browser_sessions" ("secret_sha256");
CREATE INDEX "browser_sessions_service_account_id_idx" ON "browser_sessions" ("service_account_id");
CREATE INDEX "browser_sessions_api_key_id_idx" ON "browser_sessions" ("api_key_id");
CREATE INDEX "browser_sessions_authorized_key_id_idx" ON "browser_sessions" ("authorized_key_id");
CREATE INDEX "browser_sessions_expires_at_idx" ON "browser_sessions" ("expires_at");
-- A session ends with the account, and with the key that opened it.
ALTER TABLE "browser_sessions" ADD CONSTRAINT "browser_sessions_service_account_id_fkey" FOREIGN KEY ("service_account_id") REFERENCES "service_accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "browser_sessions" ADD CONSTRAINT "browser_sessions_api_key_id_fkey" FOREIGN KEY ("api_key_id") REFERENCES "api_keys"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "browser_sessions" ADD CONSTRAINT "browser_sessions_authorized_key_id_fkey" FOREIGN KEY ("authorized_key_id") REFERENCES "authorized_keys"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "sign_in_codes" (
    "code_sha256" BYTEA NOT NULL,
    "service_account_id" TEXT COLLATE "C" NOT NULL,
    "api_key_id" TEXT COLLATE "C",
    "authorized_key_id" TEXT COLLATE "C",
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "session_ends_at" TIMESTAMPTZ(3),

    CONSTRAINT "sign_in_codes_pkey" PRIMARY KEY ("code_sha256")
);

CREATE INDEX "sign_in_codes_service_account_id_idx" ON "sign_in_codes" ("service_account_id");
CREATE INDEX "sign_in_codes_api_key_id_idx" ON "sign_in_codes" ("api_key_id");
CREATE INDEX "sign_in_codes_authorized_key_id_idx" ON "sign_in_codes" ("authorized_key_id");
CREATE INDEX "sign_in_codes_expires_at_idx" ON "sign_in_codes" ("expires_at");
-- A code, and the session that it opens, ends with the account, and with the key of whoever made it.
ALTER TABLE "sign_in_codes" ADD CONSTRAINT "sign_in_codes_service_account_id_fkey" FOREIGN KEY ("service_account_id") REFERENCES "service_accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "sign_in_codes" ADD CONSTRAINT "sign_in_codes_api_key_id_fkey" FOREIGN KEY ("api_key_id") REFERENCES "api_keys"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "sign_in_codes" ADD CONSTRAINT "sign_in_codes_authorized_key_id_fkey" FOREIGN KEY ("authorized_key_id") REFERENCES "authorized_keys"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Every API process forgets a session that has ended. That one was used is told to nobody.
CREATE TRIGGER "browser_session_ended" AFTER DELETE ON "browser_sessions" FOR EACH ROW EXECUTE FUNCTION "record_change"('account', 'service_account_id');

-- Sessions and codes are an account's.
CREATE OR REPLACE FUNCTION "resource_kind_of_call"("name" text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN "call" LIKE '%DataStreamExport%' THEN 'registry'
    WHEN "call" LIKE '%Export%' THEN 'export'
    WHEN "call" LIKE '%Registry%' THEN 'registry'
    WHEN "call" LIKE '%Device%' THEN 'device'
    WHEN "call" LIKE '%Broker%' THEN 'broker'
    WHEN "call" ~ 'ServiceAccount|AuthorizedKey|ApiKey|RoleBinding|BrowserSession|SignInCode' THEN 'service_account'
  END
  FROM substring("name" FROM '[^.]*$') AS "call"
$$;
