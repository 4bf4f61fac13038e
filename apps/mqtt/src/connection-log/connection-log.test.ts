import type { LogLine } from '@iotcore/store/data-plane';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConnectionLog } from './connection-log.ts';
import { connectedLine, disconnectedLine, refusedLine, subscriptionsRefusedLine } from './lines.ts';

const transport = (remoteAddress: string) => ({
  secure: true,
  remoteAddress,
  remotePort: 4711,
  peerCertificate: () => undefined,
});
const password = { kind: 'password', id: 'are0p' } as const;
const certificate = { kind: 'certificate', sha256: 'aa', fingerprint: '0b1c' } as const;

describe('a line of the connection log', () => {
  test('names the client that connected, its credential, and its address', () => {
    expect(connectedLine(password, transport('192.0.2.1'), 'c1')).toBe(
      'connected, password: "are0p", address: "192.0.2.1:4711", clientID: "c1"',
    );
    expect(connectedLine(certificate, transport('2001:db8::1'), '')).toBe(
      'connected, cert: "0b1c", address: "[2001:db8::1]:4711", clientID: ""',
    );
  });

  test('says why a session ended, a connection was refused, or filters were', () => {
    expect(disconnectedLine('keep alive timeout')).toBe('disconnected: keep alive timeout');
    expect(disconnectedLine('publish to topic "a/b" not allowed')).toBe(
      'disconnected: publish to topic "a/b" not allowed',
    );
    expect(refusedLine('certificate expired', transport('192.0.2.1'), 'c1')).toBe(
      'connection refused: certificate expired, address: "192.0.2.1:4711", clientID: "c1"',
    );
    expect(subscriptionsRefusedLine(['a', '$devices/x'])).toBe(
      'some of subscriptions failed: not allowed to subscribe: ["a", "$devices/x"]',
    );
  });

  test.each([
    ['a line break', 'a\r\nadmin logged in', 'a\\u000d\\u000aadmin logged in'],
    ['a terminal sequence', '\u001b[2J', '\\u001b[2J'],
    ['a bidirectional mark', 'a\u202eb', 'a\\u202eb'],
    ['a line separator', 'a\u2028b', 'a\\u2028b'],
    ['a quotation mark and a backslash', 'a" \\ b', 'a\\" \\\\ b'],
  ])('is not fooled by %s in what a client chose', (_what, clientId, written) => {
    expect(connectedLine(password, transport('192.0.2.1'), clientId)).toContain(`clientID: "${written}"`);
    expect(subscriptionsRefusedLine([clientId])).toContain(`["${written}"]`);
  });

  test('stays short, however long what a client chose', () => {
    expect(connectedLine(password, transport('192.0.2.1'), 'x'.repeat(60_000)).length).toBeLessThan(1200);
    expect(subscriptionsRefusedLine(Array(500).fill('f'))).toContain('and 480 more');
  });
});

describe('the connection log', () => {
  function setUp() {
    const written: LogLine[] = [];
    const away = new Error('database away');
    const state = { away: false, failures: 0, statements: 0 };
    const log = new ConnectionLog({
      flushMs: 500,
      now: () => new Date(0),
      write: async (lines) => {
        state.statements++;
        if (state.away) throw away;
        if (lines.some(({ message }) => message === 'poison')) throw new Error('row refused');
        written.push(...lines);
      },
      isAway: (error) => error === away,
      told: () => {},
      failed: () => state.failures++,
    });
    onTestFinished(() => log.stop());
    return { log, written, state };
  }

  test('drops and counts lines beyond its bound while the database is away, and keeps the order of the rest', async () => {
    const { log, written, state } = setUp();
    state.away = true;
    for (let n = 0; n < 20_005; n++) log.add({ id: 'd1' }, 'INFO', 'connected', String(n));
    await log.flush();
    expect(written).toEqual([]);
    expect(log.dropped).toBe(5);
    state.away = false;
    await log.flush();
    expect(written.map(({ message }) => message)).toEqual(
      Array.from({ length: 20_000 }, (_, n) => String(n)),
    );
  });

  test('writes what waits in few statements when it stops', async () => {
    const { log, written, state } = setUp();
    state.away = true;
    for (let n = 0; n < 20_000; n++) log.add({ id: 'd1' }, 'INFO', 'disconnected', String(n));
    await log.flush();
    state.away = false;
    const before = state.statements;
    await log.stop();
    expect(written).toHaveLength(20_000);
    expect(state.statements - before).toBeLessThan(6);
  });

  test('gives up the one line that the database refuses, and keeps all others in their order', async () => {
    const { log, written } = setUp();
    const messages = Array.from({ length: 900 }, (_, n) => (n === 333 || n === 700 ? 'poison' : String(n)));
    for (const message of messages) log.add({ id: 'd1' }, 'INFO', 'connected', message);
    await log.flush();
    expect(written.map(({ message }) => message)).toEqual(messages.filter((message) => message !== 'poison'));
    expect(log.dropped).toBe(2);
  });

  test('keeps a few refusals of a resource at a time, and all of its other lines', async () => {
    const { log, written } = setUp();
    for (let n = 0; n < 100; n++) log.addRefusal({ id: 'd1' }, 'wrong password', `guess ${n}`);
    log.addRefusal({ id: 'd2' }, 'wrong password', 'another');
    log.add({ id: 'd1' }, 'INFO', 'connected', 'connected');
    await log.flush();
    expect(written.map(({ resourceId, mustExist }) => `${resourceId} ${mustExist}`)).toEqual([
      ...Array(5).fill('d1 true'),
      'd2 true',
      'd1 false',
    ]);
    expect(log.dropped).toBe(95);
  });

  test('writes what is left when it stops', async () => {
    const { log, written } = setUp();
    log.add({ id: 'd1' }, 'INFO', 'connected', 'last');
    await log.stop();
    expect(written).toHaveLength(1);
  });
});
