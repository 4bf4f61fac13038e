/** Every field of a target that holds a secret, and every way to write one that is refused. */
import { randomBytes } from 'node:crypto';
import { makeCertificate } from '@iotcore/testkit';

/** A secret that text formats must write in another way, and what stands unchanged in all of them. */
export interface Secret {
  readonly value: string;
  /** What nobody may read: the heart of it, and as it stands in Basic credentials. */
  readonly traces: readonly string[];
}

const username = 'fleet';
const { certPem: certificateData, keyPem } = await makeCertificate();

export function makeSecret(): Secret {
  const core = `Secret${randomBytes(9).toString('hex')}`;
  const value = `"q\\${core}/+&=`;
  const inBase64 = [value, `${username}:${value}`].map((text) =>
    // Without its ends, which depend on what stands beside it.
    Buffer.from(text).toString('base64').slice(12, -12),
  );
  return { value, traces: [core, ...inBase64] };
}

export type Protocol =
  | 'webhook'
  | 'postgres'
  | 'postgres without code'
  | 'kafka'
  | 'nats'
  | 'nats in other words';

export interface SecretField {
  readonly protocol: Protocol;
  target(secret: string, address: string): object;
}

const plain = { tls: 'DISABLE' };
const webhookWith = (fields: (secret: string) => object): SecretField => ({
  protocol: 'webhook',
  target: (secret, address) => ({ webhook: { url: `http://${address}/`, ...fields(secret) } }),
});
const postgresAt = (protocol: Protocol): SecretField => ({
  protocol,
  target: (password, address) => ({
    postgres: { url: `postgresql://${username}@${address}/iot`, table: 'telemetry', password, ...plain },
  }),
});
const natsWith = (fields: (secret: string) => object, protocol: Protocol = 'nats'): SecretField => ({
  protocol,
  target: (secret, address) => ({
    nats: { servers: [address], subjectPrefix: 'iot', ...plain, ...fields(secret) },
  }),
});

export const secretFields: Readonly<Record<string, SecretField>> = {
  'webhook.auth.bearer.token': webhookWith((token) => ({ auth: { bearer: { token } } })),
  'webhook.auth.basic.password': webhookWith((password) => ({ auth: { basic: { username, password } } })),
  'webhook.auth.header.value': webhookWith((value) => ({ auth: { header: { name: 'x-key', value } } })),
  'webhook.headers': webhookWith((value) => ({ headers: { 'x-first': 'plain', 'x-key': value } })),
  // It stands beside a key: what TLS says of both is told.
  'webhook.clientCertificate.privateKey': {
    protocol: 'webhook',
    target: (secret, address) => ({
      webhook: {
        url: `https://${address}/`,
        clientCertificate: { certificateData, privateKey: `${secret}\n${keyPem}` },
      },
    }),
  },
  'postgres.password': postgresAt('postgres'),
  'postgres.password, refused in words alone': postgresAt('postgres without code'),
  'kafka.password': {
    protocol: 'kafka',
    target: (password, address) => ({
      kafka: { bootstrapServers: [address], topic: 't', mechanism: 'PLAIN', username, password, ...plain },
    }),
  },
  'nats.password': natsWith((password) => ({ username, password })),
  'nats.token': natsWith((token) => ({ token })),
  'nats.token, refused in other words': natsWith((token) => ({ token }), 'nats in other words'),
};

/** A target that is refused for the field, whatever else is right. */
type RefusedForm = readonly [what: string, field: string, target: (secret: string) => unknown];

const webhook = (fields: object) => ({ webhook: { url: 'https://example.com/', ...fields } });
const postgres = (fields: object) => ({
  postgres: { url: 'postgresql://fleet@db.example.com/iot', table: 'telemetry', ...fields },
});
const kafka = (fields: object) => ({
  kafka: { bootstrapServers: ['kafka.example.com:9092'], topic: 'telemetry', ...fields },
});
const nats = (fields: object) => ({
  nats: { servers: ['nats.example.com:4222'], subjectPrefix: 'iot', ...fields },
});
const inUrl = encodeURIComponent;
/** More than any field takes. */
const long = (secret: string) => secret.repeat(2000);

export const refusedForms: readonly RefusedForm[] = [
  ['a target that is text', 'target', (secret) => secret],
  ['a webhook that is text', 'target.webhook', (secret) => ({ webhook: secret })],
  [
    'user info in a URL',
    'target.webhook.url',
    (s) => webhook({ url: `https://me:${inUrl(s)}@example.com/` }),
  ],
  ['a user in a URL', 'target.webhook.url', (s) => webhook({ url: `https://${inUrl(s)}@example.com/` })],
  ['a parameter', 'target.webhook.url', (s) => webhook({ url: `https://example.com/?api_key=${inUrl(s)}` })],
  ['a fragment', 'target.webhook.url', (s) => webhook({ url: `https://example.com/#${inUrl(s)}` })],
  ['another protocol', 'target.webhook.url', (s) => webhook({ url: `ftp://me:${inUrl(s)}@example.com/` })],
  ['no URL', 'target.webhook.url', (s) => webhook({ url: `me:${s}@example.com` })],
  ['a URL that is a list', 'target.webhook.url', (s) => webhook({ url: [`https://me:${s}@example.com`] })],
  ['a header of ours', 'target.webhook.headers', (s) => webhook({ headers: { 'webhook-id': s } })],
  ['a header of two lines', 'target.webhook.headers', (s) => webhook({ headers: { 'x-key': `a\r\n${s}` } })],
  [
    'a header with a bad name',
    'target.webhook.headers',
    (s) => webhook({ headers: { [`x key ${s}`]: 'a' } }),
  ],
  ['headers that are text', 'target.webhook.headers', (s) => webhook({ headers: `x-key: ${s}` })],
  ['a header that is a list', 'target.webhook.headers.x-key', (s) => webhook({ headers: { 'x-key': [s] } })],
  ['a long header', 'target.webhook.headers.x-key', (s) => webhook({ headers: { 'x-key': long(s) } })],
  ['auth that is text', 'target.webhook.auth', (s) => webhook({ auth: `Bearer ${s}` })],
  ['a bearer that is text', 'target.webhook.auth.bearer', (s) => webhook({ auth: { bearer: s } })],
  [
    'a token that is a list',
    'target.webhook.auth.bearer.token',
    (s) => webhook({ auth: { bearer: { token: [s] } } }),
  ],
  [
    'a token of two lines',
    'target.webhook.auth.bearer.token',
    (s) => webhook({ auth: { bearer: { token: `${s}\n` } } }),
  ],
  [
    'a long token',
    'target.webhook.auth.bearer.token',
    (s) => webhook({ auth: { bearer: { token: long(s) } } }),
  ],
  [
    'two ways to log in',
    'target.webhook.auth',
    (s) => webhook({ auth: { bearer: { token: s }, header: { name: 'x', value: s } } }),
  ],
  [
    'a password without a user',
    'target.webhook.auth.basic.username',
    (s) => webhook({ auth: { basic: { password: s } } }),
  ],
  [
    'a password that is an object',
    'target.webhook.auth.basic.password',
    (s) => webhook({ auth: { basic: { username: 'me', password: { value: s } } } }),
  ],
  [
    'a value of a header that is ours',
    'target.webhook.auth.header.name',
    (s) => webhook({ auth: { header: { name: 'host', value: s } } }),
  ],
  ['a format', 'target.webhook.format', (s) => webhook({ format: s })],
  [
    'a key that is a list',
    'target.webhook.clientCertificate.privateKey',
    (s) => webhook({ clientCertificate: { certificateData, privateKey: [s] } }),
  ],
  [
    'a key that is none',
    'target.webhook.clientCertificate.privateKey',
    (s) => webhook({ clientCertificate: { certificateData, privateKey: s } }),
  ],
  ['an authority that is none', 'target.webhook.caCertificate', (s) => webhook({ caCertificate: s })],
  [
    'a password in a URL of Postgres',
    'target.postgres.url',
    (s) => postgres({ url: `postgresql://fleet:${inUrl(s)}@db.example.com/iot` }),
  ],
  [
    'a parameter of Postgres',
    'target.postgres.url',
    (s) => postgres({ url: `postgresql://fleet@db.example.com/iot?password=${inUrl(s)}` }),
  ],
  [
    'a connection string of Postgres',
    'target.postgres.url',
    (s) => postgres({ url: `host=x password=${s}` }),
  ],
  ['a password that is a list', 'target.postgres.password', (s) => postgres({ password: [s] })],
  ['a long password', 'target.postgres.password', (s) => postgres({ password: long(s) })],
  ['a table', 'target.postgres.table', (s) => postgres({ table: s })],
  [
    'a password in a server of Kafka',
    'target.kafka.bootstrapServers[0]',
    (s) => kafka({ bootstrapServers: [`fleet:${s}@kafka.example.com:9092`] }),
  ],
  [
    'servers of Kafka that are text',
    'target.kafka.bootstrapServers',
    (s) => kafka({ bootstrapServers: `fleet:${s}@kafka.example.com:9092` }),
  ],
  ['a password of Kafka that is a list', 'target.kafka.password', (s) => kafka({ password: [s] })],
  [
    'a log-in to Kafka without a user',
    'target.kafka.username',
    (s) => kafka({ mechanism: 'PLAIN', password: s }),
  ],
  ['a mechanism', 'target.kafka.mechanism', (s) => kafka({ mechanism: s })],
  ['settings of another client', 'target.kafka.sasl', (s) => kafka({ sasl: { password: s } })],
  [
    'a password in a server of NATS',
    'target.nats.servers[0]',
    (s) => nats({ servers: [`nats://fleet:${s}@nats.example.com:4222`] }),
  ],
  ['a password of NATS that is an object', 'target.nats.password', (s) => nats({ password: { value: s } })],
  ['a token that is an object', 'target.nats.token', (s) => nats({ token: { value: s } })],
  ['credentials of NATS, which are not taken', 'target.nats.creds', (s) => nats({ creds: s })],
  ['a prefix', 'target.nats.subjectPrefix', (s) => nats({ subjectPrefix: s })],
];
