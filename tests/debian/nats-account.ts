/** What a nats-server needs that serves one account, over TLS alone, and what its clients need. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate, noteSecret } from '@iotcore/testkit';
import { nkeys } from '@nats-io/transport-node';
import { onTestFinished } from 'vitest';

export interface NatsAccount {
  /** The settings of its server. */
  readonly config: string;
  readonly caFile: string;
  readonly credentialsFile: string;
}

export interface Permissions {
  /** What may be published to. */
  readonly publish: string;
  readonly subscribe: string;
}

/** Of an account with one user, until the test is over. */
export async function makeNatsAccount({ publish, subscribe }: Permissions): Promise<NatsAccount> {
  const folder = mkdtempSync(join(tmpdir(), 'iotcore-nats-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const authority = await makeCertificate({ commonName: 'authority', authority: true });
  const server = await makeCertificate({ commonName: 'nats', names: ['localhost'], issuer: authority });
  const operator = nkeys.createOperator();
  const account = nkeys.createAccount();
  const user = nkeys.createUser();
  const unlimited = { subs: -1, data: -1, payload: -1 };
  const operatorToken = token(operator, operator, { type: 'operator' });
  const accountToken = token(account, operator, {
    type: 'account',
    limits: { ...unlimited, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 },
  });
  const userToken = token(user, account, {
    ...{ type: 'user', ...unlimited },
    ...{ pub: { allow: [publish] }, sub: { allow: [subscribe] } },
  });
  const seed = new TextDecoder().decode(user.getSeed());
  for (const secret of [userToken, seed]) noteSecret(secret);
  return {
    caFile: file('authority.pem', authority.certPem),
    credentialsFile: file(
      'nats.creds',
      `-----BEGIN NATS USER JWT-----\n${userToken}\n------END NATS USER JWT------\n\n` +
        `-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`,
    ),
    config: file(
      'nats.conf',
      `operator: ${operatorToken}
      resolver: MEMORY
      resolver_preload: { ${account.getPublicKey()}: ${accountToken} }
      tls: {
        cert_file: ${JSON.stringify(file('nats.crt', server.certPem))}
        key_file: ${JSON.stringify(file('nats.key', server.keyPem))}
      }\n`,
    ),
  };
}

/** What `issuer` says of `subject`, as NATS wants it: https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/jwt */
function token(subject: nkeys.KeyPair, issuer: nkeys.KeyPair, nats: object): string {
  const claims = {
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    nats: { version: 2, ...nats },
  };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ typ: 'JWT', alg: 'ed25519-nkey' })}.${part(claims)}`;
  return `${signed}.${Buffer.from(issuer.sign(Buffer.from(signed))).toString('base64url')}`;
}
