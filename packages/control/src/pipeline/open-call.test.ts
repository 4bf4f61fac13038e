import { systemClock } from '@iotcore/process';
import type { NewAuditEvent } from '@iotcore/store/control';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Caller } from '../auth/caller.ts';
import { ApiError, errors } from '../errors/catalogue.ts';
import { maxStreamsOfCaller } from '../limits.ts';
import type { CallOrigin } from './call.ts';
import { ControlPlane, type ControlPlaneOptions } from './control-plane.ts';
import { type ApiOperation, defineOperation, defineStream, mutation } from './operation.ts';
import { resource } from './subject.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const editor: Caller = { id: 'me', roleBindings: [{ folderId: 'mine', role: 'editor' }] };
const id = 'are00000000000000001';
const uuid = '0b3f9a52-8f0f-4f4e-9d3b-3a5f5f3f1c11';

interface Options {
  readonly caller?: Caller | undefined;
  readonly folderId?: string | undefined;
  readonly callsPerSecond?: number;
  mutate?(): Promise<void>;
}

/** The pipeline over parts that write down, in order, what they are asked. */
function pipeline({ caller = editor, folderId = 'mine', callsPerSecond = 100, mutate }: Options = {}) {
  const steps: string[] = [];
  const events: NewAuditEvent[] = [];
  const store = {
    read: {},
    keys: {
      claim: async () => {
        steps.push('claim');
        return { ticket: 't' };
      },
      find: async () => void steps.push('look for an earlier answer'),
      release: async () => void steps.push('release'),
    },
    mutate: async (facts: object, claim: object | undefined, work: (tx: object) => Promise<object>) => {
      steps.push(claim ? 'begin with a claim' : 'begin');
      await work({});
      steps.push('commit');
      const at = new Date(0);
      return { ...facts, id: 'op', createdAt: at, modifiedAt: at, createdBy: '', metadata: {}, error: null };
    },
    recordEvents: async (added: readonly NewAuditEvent[]) => void events.push(...added),
  };
  const parts = {
    store,
    needs: undefined,
    clock: systemClock,
    authenticator: {
      authenticate: async (credential: string | undefined) => {
        steps.push('authenticate');
        return credential === 'good' ? caller : undefined;
      },
    },
  } as unknown as Omit<ControlPlaneOptions<unknown>, 'logger' | 'observer' | 'callsPerSecond'>;
  const operation: ApiOperation<unknown> = defineOperation({
    ...mutation({ protoPackage: 'p', auditService: 'test' }, 'EditThing'),
    service: 'ThingService',
    summary: 'Edits a thing',
    permission: 'edit',
    keyed: true,
    ids: { thingId: z.string() },
    message: z.strictObject({ name: z.string() }),
    output: z.unknown(),
    subject() {
      steps.push('find');
      return resource('Thing', folderId === undefined ? undefined : { folderId });
    },
    async run({ commit }) {
      steps.push('run');
      return commit(async () => {
        await mutate?.();
        return { resourceId: id, folderId: 'mine', metadata: {}, response: {} };
      });
    },
  });
  const plane = new ControlPlane({ ...parts, logger: quiet, observer: { rateLimited() {} }, callsPerSecond });
  const call = (origin: Partial<CallOrigin> = {}, fields: object = { name: 'n' }, idempotencyKey?: string) =>
    plane.call(
      operation,
      { credential: 'good', address: '192.0.2.1', userAgent: '', requestId: 'r', ...origin },
      { fields: { thingId: id, ...fields }, ...(idempotencyKey && { idempotencyKey }) },
    );
  return { plane, call, steps, events, operation };
}

async function statusOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'OK',
    (error: unknown) => (error instanceof ApiError ? error.status : String(error)),
  );
}

describe('a call is refused', () => {
  test('before anything is looked up, if its caller is not proven', async () => {
    const { call, steps } = pipeline();
    expect(await statusOf(call({ credential: 'bad' }, { wrong: 1 }))).toBe('UNAUTHENTICATED');
    expect(steps).toEqual(['authenticate']);
  });

  test('before its input is checked, if it comes too often', async () => {
    const { call, steps, events } = pipeline({ callsPerSecond: 1 });
    await call();
    steps.length = 0;
    expect(await statusOf(call({}, { wrong: 1 }))).toBe('RESOURCE_EXHAUSTED');
    expect(steps).toEqual(['authenticate']);
    expect(events).toEqual([]);
  });

  test('before what it is about is looked up, if its input is wrong; every bad field is told', async () => {
    const { call, steps } = pipeline();
    const refused = await call({}, { name: 1, colour: 'red' }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 'INVALID_ARGUMENT' });
    expect(JSON.stringify(refused instanceof ApiError && refused.details)).toMatch(/name.*colour/);
    expect(steps).toEqual(['authenticate']);
  });

  test.each([
    ['NOT_FOUND', 'if what it is about is hidden', { folderId: 'theirs' }, ['look for an earlier answer']],
    ['PERMISSION_DENIED', 'if its caller may only look', viewerOf('mine'), []],
  ])('with %s %s, before its key is claimed or anything runs', async (status, _, options, more) => {
    const { call, steps, events } = pipeline(options);
    expect(await statusOf(call({}, { name: 'n' }, uuid))).toBe(status);
    expect(steps).toEqual(['authenticate', 'find', ...more]);
    expect(events).toMatchObject([{ eventType: 'test.EditThing', callerId: 'me', resourceId: id }]);
  });

  test.each([
    ['CANCELLED', { signal: AbortSignal.abort() }],
    ['DEADLINE_EXCEEDED', { deadlineMs: Date.now() - 1 }],
  ])('with %s before anything is looked up, if nobody waits for it any more', async (status, origin) => {
    const { call, steps } = pipeline();
    expect(await statusOf(call(origin))).toBe(status);
    expect(steps).toEqual(['authenticate']);
  });
});

test('a call that is cancelled at work commits nothing, and gives its key back', async () => {
  const caller = new AbortController();
  const { call, steps } = pipeline({ mutate: async () => caller.abort() });
  expect(await statusOf(call({ signal: caller.signal }, { name: 'n' }, uuid))).toBe('CANCELLED');
  expect(steps).toEqual(['authenticate', 'find', 'claim', 'run', 'begin with a claim', 'release']);
});

test('a caller that goes while what its stream is about is looked up leaves its place to others', async () => {
  const { plane } = pipeline();
  const opened: AbortSignal[] = [];
  let whileFinding = () => {};
  const operation = defineStream({
    name: 'WatchThing',
    service: 'ThingService',
    summary: 'Watches a thing',
    permission: 'view',
    output: z.unknown(),
    async subject() {
      whileFinding();
      return resource('Thing', { folderId: 'mine' });
    },
    async run({ signal }) {
      opened.push(signal);
      return (async function* () {})();
    },
  });
  const watch = (signal: AbortSignal) =>
    plane.call(
      operation,
      { credential: 'good', address: '192.0.2.1', userAgent: '', requestId: 'r', signal },
      { fields: {} },
    );
  for (let time = 0; time <= maxStreamsOfCaller; time++) {
    const caller = new AbortController();
    whileFinding = () => caller.abort();
    expect(await statusOf(watch(caller.signal))).toBe('CANCELLED');
  }
  expect(opened).toEqual([]);
  whileFinding = () => {};
  const caller = new AbortController();
  expect(await statusOf(watch(caller.signal))).toBe('OK');
  caller.abort();
});

test('a call that is done passes every step once, in order', async () => {
  const { call, steps, events } = pipeline();
  expect(await statusOf(call({}, { name: 'n' }, uuid))).toBe('OK');
  expect(steps).toEqual(['authenticate', 'find', 'claim', 'run', 'begin with a claim', 'commit']);
  expect(events).toEqual([]);
});

test('a refusal is recorded once, however often an edge asks what to answer', async () => {
  const { plane, operation, events } = pipeline();
  const origin = { credential: 'good', address: '192.0.2.1', userAgent: 'u'.repeat(1000), requestId: 'r' };
  const open = plane.open(operation, origin, id);
  await open.admit();
  const thrown = errors.invalidArgument([{ field: '', description: 'No JSON.' }]);
  const answers = [await open.refuse(thrown), await open.refuse(thrown)];
  expect(answers).toEqual([thrown, thrown]);
  expect(events).toMatchObject([{ resourceId: id, code: 3, callerId: 'me' }]);
  expect(events[0]?.userAgent).toHaveLength(256);
});

test('what goes wrong inside is answered without a word of it', async () => {
  const { call } = pipeline({ mutate: () => Promise.reject(new Error('SELECT secret')) });
  const refused = await call().catch((error: unknown) => error);
  expect(refused).toMatchObject({ status: 'INTERNAL' });
  expect(JSON.stringify(refused instanceof ApiError && refused.body)).not.toContain('secret');
});

function viewerOf(folderId: string): Options {
  return { caller: { id: 'me', roleBindings: [{ folderId, role: 'viewer' }] } };
}
