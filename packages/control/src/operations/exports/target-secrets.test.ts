import { makeCertificate } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../../errors/catalogue.ts';
import { splitTarget } from './target-secrets.ts';

const { certPem: certificateData, keyPem } = await makeCertificate();
const { certPem: otherCertificate } = await makeCertificate();
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
    { webhook: { url, clientCertificate: { certificateData, privateKey: keyPem } } },
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
    'the password of a database, out of TLS',
    { postgres: { url: 'postgresql://u@db.example.com/iot', table: 't', password: 'p' } },
    { postgres: { url: 'postgresql://u@db.example.com/iot', table: 't', tls: 'DISABLE' } },
    'target.postgres.password',
  ],
  [
    'the password of Kafka, out of TLS',
    { kafka: { bootstrapServers: ['a:9092'], topic: 't', mechanism: 'PLAIN', username: 'u', password: 'p' } },
    {
      kafka: {
        ...{ bootstrapServers: ['a:9092'], topic: 't', mechanism: 'PLAIN', username: 'u' },
        tls: 'DISABLE',
      },
    },
    'target.kafka.password',
  ],
  [
    'the password of NATS, out of TLS',
    { nats: { servers: ['a:4222'], subjectPrefix: 's', username: 'u', password: 'p' } },
    { nats: { servers: ['a:4222'], subjectPrefix: 's', username: 'u', tls: 'DISABLE' } },
    'target.nats.password',
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

  test('is kept if the default of TLS is written out', () => {
    const nats = { servers: ['a:4222'], subjectPrefix: 's' };
    const former = splitTarget({ nats: { ...nats, token: 't' } });
    expect(splitTarget({ nats: { ...nats, tls: 'VERIFY' } }, former).secrets).toEqual(former.secrets);
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

describe('certificates and keys', () => {
  const refused = (target: object) =>
    fieldsRefused(() => splitTarget(target as Parameters<typeof splitTarget>[0]));
  const cut = certificateData.replace(/\n.{20}/, '\n');
  const withClient = (clientCertificate: object) => ({ webhook: { url, clientCertificate } });

  test.each(['', 'of nobody', keyPem, cut, `${certificateData}${cut}`])(
    'that are none are refused by their field, of every target: %#',
    (caCertificate) => {
      const servers = { bootstrapServers: ['a:9092'], topic: 't' };
      expect([
        refused({ webhook: { url, caCertificate } }),
        refused({ postgres: { url: 'postgresql://u@db.example.com/iot', table: 't', caCertificate } }),
        refused({ kafka: { ...servers, caCertificate } }),
        refused({ nats: { servers: ['a:4222'], subjectPrefix: 's', caCertificate } }),
        refused(withClient({ certificateData: caCertificate, privateKey: keyPem })),
      ]).toEqual([
        ['target.webhook.caCertificate'],
        ['target.postgres.caCertificate'],
        ['target.kafka.caCertificate'],
        ['target.nats.caCertificate'],
        ['target.webhook.clientCertificate.certificateData'],
      ]);
    },
  );

  test.each([
    ['is none', 'of nobody', certificateData],
    ['is a certificate', certificateData, certificateData],
    ['is that of another certificate', keyPem, otherCertificate],
  ])('a key that %s is refused', (_, privateKey, ofCertificate) => {
    expect(refused(withClient({ certificateData: ofCertificate, privateKey }))).toEqual([
      'target.webhook.clientCertificate.privateKey',
    ]);
  });

  test('that belong together are taken, several authorities and text around them too', () => {
    const caCertificate = `the first\n${certificateData}\nthe other\n${otherCertificate}`;
    const target = {
      webhook: { url, caCertificate, clientCertificate: { certificateData, privateKey: keyPem } },
    };
    expect(refused(target)).toBe('nothing');
  });

  test('a key that is kept must be that of a certificate that is new', () => {
    const former = splitTarget(withClient({ certificateData, privateKey: keyPem }) as never);
    const to = withClient({ certificateData: otherCertificate });
    expect(fieldsRefused(() => splitTarget(to as never, former))).toEqual([
      'target.webhook.clientCertificate.privateKey',
    ]);
  });
});
