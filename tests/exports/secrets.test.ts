/**
 * Secrets of targets are where they are needed, and nowhere else: neither when they are taken, by servers that say back what they
 * are told, nor when they are refused.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  type ApiAnswer,
  Command,
  findLeaks,
  fullTest,
  type Place,
  placesWith,
  programFile,
  someOf,
} from '@iotcore/testkit';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { envOf, iotcore } from '../cli/support/iotcore.ts';
import {
  type EchoingServer,
  echoingKafka,
  echoingNats,
  echoingPostgres,
  echoingWebhook,
} from './support/echoing-servers.ts';
import { ExportFixture, ExportHandle, exportingInstallation } from './support/exports.ts';
import {
  makeSecret,
  type Protocol,
  refusedForms,
  type Secret,
  secretFields,
} from './support/secret-fields.ts';

const installation = exportingInstallation();
let fixture: ExportFixture;

beforeAll(async () => {
  fixture = await ExportFixture.create(installation());
});

/** What people were shown: each answer, and each text that a command printed. */
class Shown {
  readonly places: Place[] = [];

  add(name: string, text: string): void {
    this.places.push({ name, text });
  }

  async call(...given: Parameters<ReturnType<typeof installation>['api']['call']>): Promise<ApiAnswer> {
    const answer = await installation().api.call(...given);
    this.add(`${given[0]} ${given[1]}`, JSON.stringify([answer.body, Object.fromEntries(answer.headers)]));
    return answer;
  }

  async must(...given: Parameters<Shown['call']>) {
    const answer = await this.call(...given);
    expect(answer.status).toBe(200);
    return answer.body;
  }

  async command(...args: string[]): Promise<void> {
    const { stdout, stderr } = await iotcore(args, { env: envOf(installation()) });
    this.add(`iotcore ${args.join(' ')}`, stdout + stderr);
  }

  /** Everything else that the installation shows is searched, too. */
  async expectWithout(secrets: readonly Secret[]): Promise<void> {
    await installation().readMetrics();
    const traces = new Set(secrets.flatMap((secret) => secret.traces));
    const { registry } = fixture;
    await this.must('GET', `/ext/v1/auditEvents?resourceId=${registry.id}`);
    await this.must('GET', `/ext/v1/registries/${registry.id}/logs`);
    expect(placesWith(this.places, traces)).toEqual([]);
    expect(await findLeaks(installation(), { secrets: traces })).toEqual([]);
  }
}

const openServer: Readonly<Record<Protocol, () => Promise<EchoingServer>>> = {
  webhook: echoingWebhook,
  postgres: () => echoingPostgres(true),
  'postgres without code': () => echoingPostgres(false),
  kafka: echoingKafka,
  nats: () => echoingNats('Authorization Violation'),
  'nats in other words': () => echoingNats('Nobody'),
};

test('no form in which a secret is refused quotes it, on create, on change, by the command line', async () => {
  const shown = new Shown();
  const { api } = installation();
  const source = { registryId: fixture.registry.id };
  const { response } = await api.must('POST', '/ext/v1/exports', { source, target: { pull: {} } });
  const path = `/ext/v1/exports/${response.id}`;
  const secrets: Secret[] = [];
  for (const [what, field, target] of someOf(refusedForms, 5)) {
    const secret = makeSecret();
    secrets.push(secret);
    const body = { source, target: target(secret.value) };
    const key = { headers: { 'idempotency-key': randomUUID() } };
    for (const answer of [
      await shown.call('POST', '/ext/v1/exports', body, key),
      await shown.call('POST', '/ext/v1/exports', body, key),
      await shown.call('PATCH', path, { target: body.target, updateMask: 'target' }),
    ]) {
      const violations = answer.body.details?.[0]?.fieldViolations ?? [];
      const fields = new Set(violations.map((violation: { field: string }) => violation.field));
      expect([answer.status, [...fields]], what).toEqual([400, [field]]);
    }
    const file = join(installation().dataDir, `${randomUUID()}.json`);
    onTestFinished(() => rm(file));
    await writeFile(file, JSON.stringify({ target: body.target }));
    await shown.command('export', 'create', '--registry-id', fixture.registry.id, '--file', file);
    // Cut off within the secret.
    const text = JSON.stringify(body);
    const cut = text.slice(0, text.indexOf('Secret') + 40);
    expect((await shown.call('POST', '/ext/v1/exports', cut)).status).toBe(400);
    await writeFile(file, cut);
    await shown.command('export', 'create', '--registry-id', fixture.registry.id, '--file', file);
  }
  expect((await shown.must('GET', path)).target).toEqual({ pull: {} });
  await shown.expectWithout(secrets);
  await api.must('DELETE', path);
});

describe('secrets that are taken', () => {
  fullTest('are in nothing that people read, though their targets say them back', async () => {
    const shown = new Shown();
    const secrets: Secret[] = [];
    const sent: { handle: ExportHandle; server: EchoingServer; field: string }[] = [];
    for (const [field, { protocol, target }] of Object.entries(secretFields)) {
      const secret = makeSecret();
      const server = await openServer[protocol]();
      onTestFinished(() => server.close());
      const body = {
        ...{ source: { registryId: fixture.registry.id }, target: target(secret.value, server.address) },
        retry: { maxAttempts: 1, maxInterval: '1s' },
      };
      const key = { headers: { 'idempotency-key': randomUUID() } };
      const { response, id } = await shown.must('POST', '/ext/v1/exports', body, key);
      expect((await shown.must('POST', '/ext/v1/exports', body, key)).id).toBe(id);
      await shown.must('GET', `/operations/${id}`);
      const handle = new ExportHandle(installation(), response.id);
      secrets.push(secret);
      sent.push({ handle, server, field });
    }
    for (const { handle } of sent) await fixture.inForce(handle);
    for (const { handle, server, field } of sent) {
      await expect.poll(async () => (await handle.state()).lastError, { interval: 50 }).toMatch(/\.$/);
      const [core = ''] = secrets[sent.findIndex((one) => one.handle === handle)]?.traces ?? [];
      // Else nothing would be shown by this. A key is not sent.
      const isBasic = field.includes('basic');
      const told = isBasic ? Buffer.from(server.told().split('Basic ')[1] ?? '', 'base64') : server.told();
      if (!field.includes('privateKey')) expect(told.toString(), field).toContain(core);
      await expectShown(shown, handle);
    }
    const file = join(installation().dataDir, 'backup.ndjson.gz');
    onTestFinished(() => rm(file));
    await backUp(shown, file);
    await shown.expectWithout(secrets);
    for (const { handle } of sent) await installation().api.must('DELETE', handle.path);
  });
});

/** Reads all that can be read of it, and changes what is not secret. */
async function expectShown(shown: Shown, { id, path }: ExportHandle): Promise<void> {
  await shown.must('POST', `${path}:test`);
  const changed = await shown.must('PATCH', path, { description: 'changed', updateMask: 'description' });
  await shown.must('GET', `/operations/${changed.id}`);
  await shown.must('GET', path);
  await shown.must('GET', `${path}?exportView=FULL`);
  const { attempts } = await shown.must('GET', `${path}/attempts`);
  expect(attempts.length).toBeGreaterThan(0);
  await shown.must('GET', `${path}/deadLetters`);
  await shown.must('GET', `/ext/v1/exports?registryId=${fixture.registry.id}`);
  await shown.must('GET', `/ext/v1/auditEvents?resourceId=${id}`);
  for (const command of [['get'], ['attempts'], ['test'], ['dead-letter', 'list']])
    await shown.command('export', ...command, id, '--format', 'json');
}

async function backUp(shown: Shown, file: string): Promise<void> {
  const { dataDir, databaseUrl } = installation();
  const command = new Command(process.execPath, [programFile('backup'), 'backup', file], {
    IOT_DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
  });
  expect(await command.status()).toBe(0);
  shown.add('what the backup says', command.text);
  shown.add('the backup', gunzipSync(readFileSync(file)).toString());
}
