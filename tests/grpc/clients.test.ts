/**
 * What the official clients send, call by call with their metadata, replayed: the scripts of `support/clients` say how each finds the
 * services, proves who it is, makes its calls and waits for operations. Read from the sources of the clients, apart from `yc`,
 * which is closed.
 */
import { X509Certificate } from 'node:crypto';
import { iam } from '@iotcore/proto';
import { makeCertificate, sharedInstallation } from '@iotcore/testkit';
import { beforeAll, test } from 'vitest';
import { accountWithKey, audience, makeJwt } from '../api/support/account-jwt.ts';
import { GrpcClient } from './support/client.ts';
import { Replay } from './support/clients/replay.ts';
import type { ClientScript } from './support/clients/script.ts';
import { sdks } from './support/clients/sdks.ts';
import { terraform } from './support/clients/terraform.ts';
import { yc } from './support/clients/yc.ts';

const scripts: readonly ClientScript[] = [...terraform, ...yc, ...sdks];
const installation = sharedInstallation();

const slug = (text: string) => text.replaceAll(/\W+/g, '-').toLowerCase();
const folderOf = ({ name }: ClientScript) => `clients-${slug(name)}`;
/** With more registries and brokers than a page has. */
const manyFolder = 'clients-many';
const many = 101;

let account: { readonly id: string; readonly keyId: string };
/** Who calls with the administrator's token. */
let administrator: string;

beforeAll(async () => {
  const { api } = installation();
  const folders = [...scripts.map(folderOf), manyFolder];
  account = await accountWithKey(api, ...folders.map((folderId) => ({ folderId, role: 'admin' })));
  for (const [path, prefix] of [
    ['/iot-devices/v1/registries', 'r'],
    ['/iot-broker/v1/brokers', 'b'],
  ] as const) {
    const names = Array.from({ length: many }, (_, n) => (n === many / 2 - 0.5 ? 'wanted' : `${prefix}${n}`));
    const made = await Promise.all(
      names.map((name) => api.must('POST', path, { folderId: manyFolder, name })),
    );
    administrator = made[0].createdBy;
  }
});

/** What the steps of a script may name. */
async function knownTo(script: ClientScript) {
  const { adminToken, apiTlsPort } = installation();
  const address = `localhost:${apiTlsPort}`;
  // Expired long ago, and two line ends after it, as a heredoc leaves them.
  const old = await makeCertificate({ notBefore: new Date('2020-01-01'), notAfter: new Date('2022-01-01') });
  const [certificate, other] = [await makeCertificate(), await makeCertificate()];
  const aud = {
    text: audience,
    list: [audience],
    'this server': `https://iam.${address}/iam/v1/tokens`,
  };
  // One SDK rounds to the next second.
  const iat = Math.round(Date.now() / 1000 + 0.4);
  const jwt = () =>
    makeJwt(account, { claims: { aud: aud[script.audience ?? 'text'], iat, exp: iat + 3600 } });
  const token = script.hasToken ? await issueToken(adminToken) : undefined;
  const values = {
    address,
    folder: folderOf(script),
    name: slug(script.name),
    ...{ manyFolder, manyName: 'wanted' },
    oauthToken: adminToken,
    caller: script.audience === undefined ? administrator : account.id,
    oldCertificate: `${old.certPem.trimEnd()}\n\n`,
    oldFingerprint: fingerprintOf(old.certPem),
    certificate: certificate.certPem,
    otherCertificate: other.certPem,
    ...(token !== undefined && { token }),
  };
  return { ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, () => value])), jwt };
}

async function issueToken(value: string): Promise<string> {
  const { create } = iam.IamTokenService.method;
  const identity = { case: 'yandexPassportOauthToken', value } as const;
  const { iamToken } = await GrpcClient.connect(installation()).call(create, { identity });
  return iamToken;
}

function fingerprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint.replaceAll(':', '').toLowerCase();
}

test.each(scripts)('$name does its calls, and is understood', async (script) => {
  await new Replay(script, installation(), await knownTo(script)).run();
});
