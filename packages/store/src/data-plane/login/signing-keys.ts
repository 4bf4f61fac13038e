import type { Queryable } from '../queryable.ts';

/** The public part (a JWK) of the installation's key of this name, if there is one. */
export async function findPublicSigningKey(db: Queryable, kid: string): Promise<object | undefined> {
  const { rows } = await db.query<{ jwk: object }>(
    "SELECT jwk - 'd' AS jwk FROM signing_keys WHERE kid = $1",
    [kid],
  );
  return rows[0]?.jwk;
}
