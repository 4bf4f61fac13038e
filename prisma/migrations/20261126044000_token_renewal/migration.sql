-- Access tokens of an account that were issued before this time are good for nothing; NULL: no such time.
ALTER TABLE "service_accounts" ADD COLUMN "tokens_since" TIMESTAMPTZ(3);
