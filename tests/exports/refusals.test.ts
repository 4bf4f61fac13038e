/** Exports that are not as they must be: each is refused for the field that is wrong, and nothing is created. */
import { makePassword, sharedInstallation } from '@iotcore/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { createAccount } from '../api/support/accounts.ts';
import { expectRefusal, expectViolations } from '../api/support/answers.ts';

const installation = sharedInstallation();
let registryId: string;
let folderId: string;
let foreignDeviceId: string;

beforeAll(async () => {
  const { api } = installation();
  const registry = await api.createRegistry();
  registryId = registry.id;
  folderId = String(registry['folderId']);
  const other = await api.createRegistry();
  foreignDeviceId = (await api.createDevice(other.id)).id;
});

const webhook = (fields: object) => ({ target: { webhook: { url: 'https://example.com/', ...fields } } });
const postgres = (fields: object) => ({
  target: { postgres: { url: 'postgresql://user@db.example.com/iot', table: 'telemetry', ...fields } },
});
const kafka = (fields: object) => ({
  target: { kafka: { bootstrapServers: ['kafka.example.com:9092'], topic: 'telemetry', ...fields } },
});

describe('an export is refused for', () => {
  test.each<[string, object, string]>([
    ['no source', { source: undefined }, 'source'],
    ['two sources', { source: { registryId: 'a', brokerId: 'b' } }, 'source'],
    ['a device of no registry', { source: { brokerId: 'b', deviceId: 'd' } }, 'source.deviceId'],
    ['no target', { target: {} }, 'target'],
    ['two targets', { target: { pull: {}, webhook: { url: 'https://example.com/' } } }, 'target'],
    ['a target of the wrong type', { target: 'https://example.com/' }, 'target'],
    ['an unknown target', { target: { pull: {}, carrierPigeon: {} } }, 'target.carrierPigeon'],
    ['no URL', { target: { webhook: {} } }, 'target.webhook.url'],
    ['a URL that is none', webhook({ url: 'example.com' }), 'target.webhook.url'],
    ['a URL of another protocol', webhook({ url: 'ftp://example.com/' }), 'target.webhook.url'],
    ['a password in the URL', webhook({ url: 'https://me:secret@example.com/' }), 'target.webhook.url'],
    ['a secret in the URL', webhook({ url: 'https://example.com/?api_key=123' }), 'target.webhook.url'],
    ['a fragment', webhook({ url: 'https://example.com/#x' }), 'target.webhook.url'],
    ['an unknown format', webhook({ format: 'XML' }), 'target.webhook.format'],
    ['a time-out that is a number', webhook({ timeout: 20 }), 'target.webhook.timeout'],
    ['a time-out that is too long', webhook({ timeout: '61s' }), 'target.webhook.timeout'],
    [
      'two ways to log in',
      webhook({ auth: { bearer: { token: 'x' }, basic: { username: 'x', password: 'y' } } }),
      'target.webhook.auth',
    ],
    ['a token that is missing', webhook({ auth: { bearer: {} } }), 'target.webhook.auth.bearer.token'],
    ['a header that is ours', webhook({ headers: { 'Webhook-Id': 'x' } }), 'target.webhook.headers'],
    ['a header with a line end', webhook({ headers: { 'x-a': 'b\r\nc: d' } }), 'target.webhook.headers'],
    [
      'a URL of Postgres with a password',
      postgres({ url: 'postgresql://user:secret@db.example.com/iot' }),
      'target.postgres.url',
    ],
    [
      'a URL of Postgres without a user',
      postgres({ url: 'postgresql://db.example.com/iot' }),
      'target.postgres.url',
    ],
    [
      'a URL of Postgres without a database',
      postgres({ url: 'postgresql://user@db.example.com' }),
      'target.postgres.url',
    ],
    ['a table that is none', postgres({ table: 'a; DROP TABLE b' }), 'target.postgres.table'],
    [
      'a server without a port',
      kafka({ bootstrapServers: ['kafka.example.com'] }),
      'target.kafka.bootstrapServers[0]',
    ],
    ...['kafka.example.com:99999', 'kafka.example.com:0', '[:::]:9092', 'a b:9092'].map(
      (server): [string, object, string] => [
        `a server that is none: ${server}`,
        kafka({ bootstrapServers: ['kafka.example.com:9092', server] }),
        'target.kafka.bootstrapServers[1]',
      ],
    ),
    ['a log-in without a password', kafka({ mechanism: 'PLAIN', username: 'me' }), 'target.kafka.password'],
    ['batches of none', { ...webhook({}), batch: { maxMessages: 0 } }, 'batch.maxMessages'],
    ['batches of too many', { ...webhook({}), batch: { maxMessages: 1001 } }, 'batch.maxMessages'],
    ['batches of RAW', { ...webhook({ format: 'RAW' }), batch: { maxMessages: 2 } }, 'batch.maxMessages'],
    ['a cutoff without a unit', { ...webhook({}), batch: { cutoff: '5' } }, 'batch.cutoff'],
    ['too many lanes', { ...webhook({}), concurrency: 33 }, 'concurrency'],
    ['no attempts', { ...webhook({}), retry: { maxAttempts: 0 } }, 'retry.maxAttempts'],
    ['a log that holds nothing', { ...webhook({}), backlog: { maxBytes: 1 } }, 'backlog.maxBytes'],
    ['an unknown policy', { ...webhook({}), backlog: { onFull: 'EXPLODE' } }, 'backlog.onFull'],
    ['a field that there is not', { ...webhook({}), surprise: 1 }, 'surprise'],
  ])('%s', async (_, fields, field) => {
    const { api } = installation();
    const body = { source: { registryId }, target: { pull: {} }, ...fields };
    const answer = await api.call('POST', '/ext/v1/exports', body);
    expectViolations(answer, field);
    expect(JSON.stringify(answer.body)).not.toContain('secret@');
    expect((await api.must('GET', `/ext/v1/exports?registryId=${registryId}`)).exports).toEqual([]);
  });

  test.each([
    ['a filter that is none', 'a/#/b'],
    ['a filter of monitoring', '$monitoring/+/json'],
    ['a filter of another registry', '$registries/other/events'],
    ['a filter of a device that is not there', '$devices/nobody/events'],
    ['a filter of a kind that there is not', '$devices/+/telemetry'],
  ])('%s', async (_, mqttTopicFilter) => {
    const body = { source: { registryId, mqttTopicFilter }, target: { pull: {} } };
    expectViolations(
      await installation().api.call('POST', '/ext/v1/exports', body),
      'source.mqttTopicFilter',
    );
  });

  test('a device of another registry', async () => {
    const body = { source: { registryId, deviceId: foreignDeviceId }, target: { pull: {} } };
    expectViolations(await installation().api.call('POST', '/ext/v1/exports', body), 'source.deviceId');
  });

  test.each([
    'https://127.0.0.1/',
    'https://localhost/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://0x7f000001/',
    'https://2130706433/',
    'http://93.184.216.34/',
  ])('a place that no export may reach: %s', async (url) => {
    const body = { source: { registryId }, target: { webhook: { url } } };
    expectViolations(await installation().api.call('POST', '/ext/v1/exports', body), 'target.webhook.url');
  });

  test('more room for its log than is left', async () => {
    const body = { source: { registryId }, target: { pull: {} }, backlog: { maxBytes: 1024 ** 4 } };
    const answer = await installation().api.call('POST', '/ext/v1/exports', body);
    expectRefusal(answer, 'RESOURCE_EXHAUSTED');
    expect(answer.body.message).toContain('IOT_EXPORT_STORE_BYTES');
  });
});

test('a target that dials what its server names needs an admin of every folder', async () => {
  const admin = await createAccount(installation().api, { folderId, role: 'admin' });
  const create = (fields: object) =>
    admin.call('POST', '/ext/v1/exports', { source: { registryId }, ...fields });
  for (const fields of [postgres({ password: makePassword() }), kafka({})])
    expectRefusal(await create(fields), 'PERMISSION_DENIED');
  expect((await create({ target: { pull: {} } })).status).toBe(200);
});

test('secrets of a target are in no answer, and a change without them keeps them', async () => {
  const { api } = installation();
  const [token, header] = [makePassword(), makePassword()];
  const target = {
    webhook: { url: 'https://example.com/', auth: { bearer: { token } }, headers: { 'x-key': header } },
  };
  const created = await api.must('POST', '/ext/v1/exports', { source: { registryId }, target });
  const path = `/ext/v1/exports/${created.response.id}`;
  const changed = await api.must('PATCH', path, {
    updateMask: 'target',
    target: { webhook: { url: 'https://example.com/other', auth: { bearer: {} } } },
  });
  const answers = [
    created,
    changed,
    await api.must('GET', path),
    await api.must('GET', `/operations/${created.id}`),
  ];
  for (const answer of answers) {
    const text = JSON.stringify(answer);
    expect(text.includes(token) || text.includes(header)).toBe(false);
  }
  expect(changed.response.target).toEqual({
    webhook: { url: 'https://example.com/other', auth: { bearer: {} }, headerNames: ['x-key'] },
  });
});

test('deleting a registry deletes its exports', async () => {
  const { api } = installation();
  const registry = await api.createRegistry();
  const source = { registryId: registry.id };
  const { response } = await api.must('POST', '/ext/v1/exports', { source, target: { pull: {} } });
  await api.must('DELETE', `/iot-devices/v1/registries/${registry.id}`);
  expectRefusal(await api.call('GET', `/ext/v1/exports/${response.id}`), 'NOT_FOUND');
});
