/** Messages reach Kafka, as kcat reads them: its library plays the cluster, and a door before it has SASL and TLS. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CertificateOptions,
  makeCertificate,
  makePassword,
  type TestCertificate,
} from '@iotcore/testkit';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ExportFixture, type ExportHandle, exportingInstallation } from '../../exports/support/exports.ts';
import { KafkaDoor } from './door.ts';
import { readTopic, startMockCluster } from './mock-cluster.ts';

const installation = exportingInstallation();
let fixture: ExportFixture;

beforeAll(async () => {
  fixture = await ExportFixture.create(installation());
});

const topic = 'telemetry';

async function publish(...payloads: (string | Buffer)[]): Promise<void> {
  const session = await fixture.device.connect();
  for (const payload of payloads) await session.publish(fixture.topic, payload);
  await session.end();
}

/** What a record of ours looks like, as kcat shows it. */
function recordOf(payload: string, isBase64 = false): readonly [string, object] {
  const { device, topic: mqttTopic } = fixture;
  return [device.id, { device_id: device.id, mqtt_topic: mqttTopic, payload, is_base64: isBase64 }];
}

function parsed(records: Awaited<ReturnType<typeof readTopic>>) {
  return records
    .map(([key, value]) => [key, JSON.parse(value)] as const)
    .filter(([, { payload }]) => payload !== 'in force?');
}

test('each message is a record, in the order of its device, with its device as the key', async () => {
  const { servers: bootstrapServers } = await startMockCluster(2, onTestFinished);
  const handle = await fixture.create({ target: { kafka: { bootstrapServers, topic, tls: 'DISABLE' } } });
  await fixture.inForce(handle);
  const texts = Array.from({ length: 100 }, (_, n) => String(n));
  await publish(...texts, Buffer.from([0xff, 0]));
  await handle.drained();
  const records = parsed(await readTopic(bootstrapServers[0] ?? '', topic));
  expect(records).toEqual([...texts.map((text) => recordOf(text)), recordOf('/wA=', true)]);
});

describe('inside TLS, with a log-in', () => {
  const username = 'fleet';
  const password = makePassword();
  let authority: TestCertificate;

  beforeAll(async () => {
    authority = await makeCertificate({ commonName: 'authority', authority: true });
  });

  interface Given {
    readonly mechanism?: string;
    readonly password?: string;
    readonly certificate?: CertificateOptions;
  }

  /** A cluster behind a door, and an export to it. */
  async function setUp(given: Given = {}): Promise<{ door: KafkaDoor; handle: ExportHandle }> {
    const { servers } = await startMockCluster(1, onTestFinished);
    const options: CertificateOptions = { names: ['127.0.0.1'], issuer: authority, ...given.certificate };
    const door = await KafkaDoor.open(
      {
        certificate: await makeCertificate(options),
        broker: servers[0] ?? '',
        mechanisms: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'].filter(
          (one) => one !== 'PLAIN' || !given.password,
        ),
        users: new Map([[username, password]]),
      },
      onTestFinished,
    );
    const kafka = {
      ...{ bootstrapServers: [door.address], topic, caCertificate: authority.certPem, username },
      ...{ mechanism: given.mechanism ?? 'SCRAM-SHA-512', password: given.password ?? password },
    };
    const handle = await fixture.create({ target: { kafka }, retry: { maxInterval: '1s' } });
    await fixture.inForce(handle);
    return { door, handle };
  }

  test.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('messages arrive by %s', async (mechanism) => {
    const { door, handle } = await setUp({ mechanism });
    await publish('one', 'two', 'three');
    expect(await handle.drained()).toMatchObject({ state: 'IDLE', deadLetters: '0', discarded: '0' });
    expect(door.logins.length).toBeGreaterThan(0);
    const good = { mechanism, username, isAccepted: true, isExact: true };
    expect(door.logins).toEqual(door.logins.map(() => good));
    // Through the same door, so it speaks as Kafka does.
    const folder = await mkdtemp(join(tmpdir(), 'kafka-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const authorityFile = join(folder, 'ca.crt');
    await writeFile(authorityFile, authority.certPem);
    const records = await readTopic(door.address, topic, {
      'security.protocol': 'sasl_ssl',
      'ssl.ca.location': authorityFile,
      'sasl.mechanisms': mechanism,
      'sasl.username': username,
      'sasl.password': password,
    });
    expect(parsed(records)).toEqual(['one', 'two', 'three'].map((text) => recordOf(text)));
    expect(door.intruders).toBe(0);
  });

  async function expectMisconfigured(handle: ExportHandle, error: RegExp): Promise<void> {
    const nothing = { delivered: '0', deadLetters: '0', discarded: '0' };
    await expect
      .poll(() => handle.state(), { interval: 50 })
      .toMatchObject({ state: 'MISCONFIGURED', lastError: expect.stringMatching(error), ...nothing });
  }

  test.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])(
    'a wrong password by %s, or one that the server does not take so, is told as that, and is shown nowhere',
    async (mechanism) => {
      const wrong = makePassword();
      const { door, handle } = await setUp({ mechanism, password: wrong });
      await expectMisconfigured(handle, /Kafka will not take messages .*check the topic, the user/);
      expect(door.logins.some(({ isAccepted }) => isAccepted)).toBe(false);
      const { attempts } = await installation().api.must('GET', `${handle.path}/attempts`);
      expect(JSON.stringify([await handle.state(), attempts])).not.toContain(wrong);
    },
  );

  test.each<[string, () => Promise<CertificateOptions>, RegExp]>([
    [
      'of an authority that is not trusted',
      async () => ({ issuer: await makeCertificate({ commonName: 'foreign', authority: true }) }),
      /not accepted/,
    ],
    ['of another name', async () => ({ names: ['other.example'] }), /ERR_TLS_CERT_ALTNAME_INVALID/],
  ])('nobody logs in at a server whose certificate is %s', async (_, certificate, error) => {
    const { door, handle } = await setUp({ certificate: await certificate() });
    await expectMisconfigured(handle, error);
    expect(door.logins).toEqual([]);
  });
});
