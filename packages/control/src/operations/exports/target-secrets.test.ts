import { describe, expect, test } from 'vitest';
import { ApiError } from '../../errors/catalogue.ts';
import { splitTarget } from './target-secrets.ts';

const certificateData = 'of nobody';
const url = 'https://example.com/a';

function fieldsRefused(split: () => unknown): unknown {
  try {
    split();
    return 'nothing';
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const [details] = error.details as { fieldViolations?: { field: string }[] }[];
    return details?.fieldViolations?.map(({ field }) => field);
  }
}

/** What a target becomes whose secrets are left out. */
const moves: readonly (readonly [what: string, from: object, to: object, field: string])[] = [
  [
    'a bearer token',
    { webhook: { url, auth: { bearer: { token: 't' } } } },
    { webhook: { url: 'https://thief.example.com/a', auth: { bearer: {} } } },
    'target.webhook.auth.bearer.token',
  ],
  [
    'headers, to another port',
    { webhook: { url, headers: { 'x-key': 'k' } } },
    { webhook: { url: 'https://example.com:8443/a' } },
    'target.webhook.headers',
  ],
  [
    'a token, out of TLS',
    { webhook: { url, auth: { bearer: { token: 't' } } } },
    { webhook: { url: 'http://example.com/a', auth: { bearer: {} } } },
    'target.webhook.auth.bearer.token',
  ],
  [
    'a private key',
    { webhook: { url, clientCertificate: { certificateData, privateKey: 'k' } } },
    { webhook: { url: 'https://thief.example.com/a', clientCertificate: { certificateData } } },
    'target.webhook.clientCertificate.privateKey',
  ],
  [
    'the password of a database',
    { postgres: { url: 'postgresql://u@db.example.com/iot', table: 't', password: 'p' } },
    { postgres: { url: 'postgresql://u@thief.example.com/iot', table: 't' } },
    'target.postgres.password',
  ],
  [
    'the password of Kafka, to one more server',
    { kafka: { bootstrapServers: ['a:9092'], topic: 't', mechanism: 'PLAIN', username: 'u', password: 'p' } },
    { kafka: { bootstrapServers: ['a:9092', 'b:9092'], topic: 't', mechanism: 'PLAIN', username: 'u' } },
    'target.kafka.password',
  ],
  [
    'the token of NATS',
    { nats: { servers: ['a:4222'], subjectPrefix: 's', token: 't' } },
    { nats: { servers: ['b:4222'], subjectPrefix: 's' } },
    'target.nats.token',
  ],
];

describe('a secret that is left out', () => {
  test.each(moves)('is not taken along to another address: %s', (_what, from, to, field) => {
    const former = splitTarget(from as Parameters<typeof splitTarget>[0]);
    expect(fieldsRefused(() => splitTarget(to as Parameters<typeof splitTarget>[0], former))).toEqual([
      field,
    ]);
  });

  test('is kept at the same address, whatever else of the target changes', () => {
    const former = splitTarget({
      webhook: { url, auth: { bearer: { token: 't' } }, headers: { 'x-key': 'k' } },
    });
    const { shown, secrets } = splitTarget(
      { webhook: { url: 'https://example.com/b', auth: { bearer: {} } } },
      former,
    );
    expect(secrets).toEqual(former.secrets);
    expect(shown.webhook?.url).toBe('https://example.com/b');
  });

  test('is not kept by what needs none any more', () => {
    const former = splitTarget({ webhook: { url, auth: { bearer: { token: 't' } } } });
    expect(splitTarget({ webhook: { url: 'https://other.example.com/' } }, former).secrets).toEqual({});
  });
});

test('a target of another kind takes no secret of the one before', () => {
  const former = splitTarget({ webhook: { url, auth: { bearer: { token: 't' } } } });
  expect(splitTarget({ pull: {} }, former).secrets).toEqual({});
});
