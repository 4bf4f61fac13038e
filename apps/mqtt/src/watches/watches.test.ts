import { Readable } from 'node:stream';
import type { ObservedMessage } from '@iotcore/engine';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Watches, type WatchRequest } from './watches.ts';

const request: WatchRequest = {
  ...{ principalKind: 'broker', principalId: 'b1', messages: true, refusals: true, log: true },
  payloadBytes: 4096,
};

/** Watches of a broker whose messages the test makes up. */
function setUp() {
  const observers = new Set<(message: ObservedMessage) => void>();
  const watches = new Watches({
    findPrincipal: async (id) => (id === 'b1' ? { kind: 'broker', id, folderId: 'f' } : undefined),
    grant: (_principal, filter) =>
      filter === 'forbidden' ? undefined : { filters: [{ namespace: 'n', filter }] },
    observe: async (filters, observe) => {
      if (filters[0]?.filter === 'one too many') return undefined;
      observers.add(observe);
      return () => observers.delete(observe);
    },
    now: () => new Date(0),
  });
  const open = async (more: Partial<WatchRequest> = {}) => {
    const opened = await watches.open({ ...request, ...more });
    if (opened instanceof Readable) onTestFinished(() => void opened.destroy());
    return opened;
  };
  const publish = (payload: Buffer) => {
    const message = {
      ...{ topic: 'a', qos: 0 as const, payloadBytes: payload.length },
      copyPayload: (most?: number) => Buffer.from(payload.subarray(0, most)),
    };
    for (const observe of observers) observe(message);
  };
  return { watches, open, publish, observers };
}

const closed = (stream: Readable) => new Promise((resolve) => stream.once('close', resolve));

describe('a watch', () => {
  test.each([
    ['of nobody', { principalId: 'b2' }, { status: 404, code: 'NO_SUCH_PRINCIPAL' }],
    ['of another kind', { principalKind: 'device' as const }, { status: 404, code: 'NO_SUCH_PRINCIPAL' }],
    ['of a filter that is not granted', { filter: 'forbidden' }, { status: 400, code: 'NOT_ALLOWED' }],
    ['of a filter that finds no room', { filter: 'one too many' }, { status: 429, code: 'TOO_MANY' }],
  ])('%s is refused, and takes no place', async (_, more, refusal) => {
    const { open, watches, observers } = setUp();
    expect(await open(more)).toMatchObject(refusal);
    await expect.poll(() => watches.size).toBe(0);
    expect(observers.size).toBe(0);
  });

  test('beyond twenty is refused, until one ends, and with it what it observed', async () => {
    const { open, watches, observers } = setUp();
    const streams = await Promise.all(Array.from({ length: 20 }, () => open()));
    expect(await open()).toMatchObject({ status: 429, code: 'TOO_MANY' });
    const [first] = streams as Readable[];
    first?.destroy();
    if (first) await closed(first);
    expect([watches.size, observers.size]).toEqual([19, 19]);
    expect(await open()).toBeInstanceOf(Readable);
  });

  test('sends messages that come together in one piece, and in their order', async () => {
    const { open, publish } = setUp();
    const stream = (await open()) as Readable;
    const pieces: string[] = [];
    stream.on('data', (piece: Buffer) => pieces.push(piece.toString()));
    for (let n = 0; n < 50; n++) publish(Buffer.from(String(n)));
    await expect.poll(() => pieces.join('').match(/^message /gm)?.length).toBe(50);
    const payloads = [...pieces.join('').matchAll(/"payload":"([^"]*)"/g)].map(([, base64 = '']) =>
      Buffer.from(base64, 'base64').toString(),
    );
    expect(payloads).toEqual(Array.from({ length: 50 }, (_, n) => String(n)));
    // The first says that it is open.
    expect(pieces.filter((piece) => piece.includes('message ')).length).toBe(1);
  });

  test('that nobody reads holds 256 KiB of messages, and drops the rest', async () => {
    const { open, publish } = setUp();
    const stream = (await open()) as Readable;
    for (let n = 0; n < 400; n++) publish(Buffer.alloc(100_000));
    const lines = await readUntil(stream, /^dropped/m);
    const messages = lines.match(/^message .*/gm) ?? [];
    const dropped = JSON.parse(/^dropped (.*)$/m.exec(lines)?.[1] ?? '').count;
    expect(messages.length + dropped).toBe(400);
    expect(messages.join('').length).toBeLessThanOrEqual((256 + 16) * 1024);
    // Each payload is cut.
    expect(JSON.parse(messages[0]?.slice('message '.length) ?? '')).toMatchObject({
      size: 100_000,
      payload: Buffer.alloc(4096).toString('base64'),
    });
  });

  test('hears of its own refusals and lines alone', async () => {
    const { open, watches } = setUp();
    const stream = (await open()) as Readable;
    const line = { at: new Date(0), level: 'INFO', reason: 'connected', mustExist: false } as const;
    const refused = { reason: 'no such thing', remoteAddress: '192.0.2.1', secure: true };
    watches.logged({ ...line, resourceId: 'b2', message: 'of another' });
    watches.logged({ ...line, resourceId: 'b1', folderId: 'before', message: 'of who had the ID before' });
    watches.refused({ ...refused, claimedId: 'b2' });
    watches.refused({ ...refused, claimedId: 'b1', folderId: 'before' });
    watches.refused({ ...refused, claimedId: 'whoever', subjectId: 'b1' });
    watches.logged({ ...line, resourceId: 'b1', folderId: 'f', message: 'own' });
    const lines = await readUntil(stream, /^entry/m);
    expect(lines.trim().split('\n')).toEqual([
      'open {}',
      expect.stringMatching(/^refused .*"no such thing"/),
      expect.stringMatching(/^entry .*"own"/),
    ]);
  });
});

async function readUntil(stream: Readable, pattern: RegExp): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    if (pattern.test(text)) break;
  }
  return text;
}
