import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Connection, History, Received, Sent } from '../history.ts';
import { checkMessages } from './check-messages.ts';
import { isKept } from './check-result.ts';

const topic = '$devices/d1/events';

/** Made by hand: a device that publishes, its registry that listens, and a stranger. All connected from 0 on. */
function history(more: Partial<History> = {}): History {
  return {
    clients: [
      { name: 'device', tenant: 'a', hears: [] },
      { name: 'registry', tenant: 'a', hears: [topic] },
      { name: 'stranger', tenant: 'b', hears: ['$devices/d9/events'] },
    ],
    connections: [open('device'), open('registry'), open('stranger')],
    sent: [],
    received: [],
    faults: [],
    revocations: [],
    refusals: [],
    ...more,
  };
}

const open = (client: string, more: Partial<Connection> = {}): Connection => ({
  client,
  openedAt: 0,
  subscribedAt: 0,
  closedAt: undefined,
  end: undefined,
  ...more,
});
const sent = (sequence: number, more: Partial<Sent> = {}): Sent => ({
  publisher: 'device',
  tenant: 'a',
  topic,
  sequence,
  sentAt: sequence * 100,
  ackedAt: sequence * 100 + 10,
  ...more,
});
const got = (sequence: number, more: Partial<Received> = {}): Received => ({
  receiver: 'registry',
  topic,
  at: sequence * 100 + 5,
  stored: false,
  mark: { publisher: 'device', sequence, tenant: 'a' },
  ...more,
});

describe('the checker finds', () => {
  test('a lost message that was acknowledged', () => {
    const result = checkMessages(history({ sent: [sent(1), sent(2), sent(3)], received: [got(1), got(3)] }));
    expect(result).toMatchObject({ lost: 1, foreign: 0, reordered: 0 });
    expect(result.findings).toEqual(['lost: registry did not get device 2 on $devices/d1/events']);
    expect(isKept(result)).toBe(false);
  });

  test('a message in another tenant', () => {
    const result = checkMessages(
      history({ sent: [sent(1)], received: [got(1), got(1, { receiver: 'stranger' })] }),
    );
    expect(result).toMatchObject({ lost: 0, foreign: 1 });
    expect(isKept(result)).toBe(false);
  });

  test('a message of the own tenant that this receiver did not ask for', () => {
    const result = checkMessages(
      history({ sent: [sent(1)], received: [got(1), got(1, { receiver: 'device' })] }),
    );
    expect(result.foreign).toBe(1);
  });

  test('a message that nobody sent, one that is damaged, and one under a wrong name', () => {
    const result = checkMessages(
      history({
        sent: [sent(1)],
        received: [got(1), got(7), got(1, { mark: undefined }), got(1, { topic: '$devices/d1/state' })],
      }),
    );
    expect(result.foreign).toBe(3);
  });

  test('a message that overtook another', () => {
    const all = [sent(1), sent(2), sent(3)];
    const result = checkMessages(history({ sent: all, received: [got(1), got(3), got(2)] }));
    expect(result).toMatchObject({ lost: 0, reordered: 1, duplicated: 0 });
    expect(isKept(result)).toBe(false);
  });

  test('a retained message that is older than what came live', () => {
    const received = [got(1), got(3), got(2, { stored: true })];
    expect(checkMessages(history({ sent: [sent(1), sent(2), sent(3)], received })).reordered).toBe(1);
  });

  test('a receiver that is served after its end', () => {
    const result = checkMessages(
      history({
        sent: [sent(30)],
        received: [got(30)],
        revocations: [{ client: 'registry', answeredAt: 1000 }],
      }),
    );
    // The message, and the connection that is still there.
    expect(result.foreign).toBe(2);
  });

  test('a publisher that is acknowledged, and one that is let in, after its end', () => {
    const result = checkMessages(
      history({
        connections: [
          open('device', { closedAt: 1900, end: 'cut' }),
          open('device', { openedAt: 2900, closedAt: 3300 }),
        ],
        sent: [sent(30)],
        revocations: [{ client: 'device', answeredAt: 1000 }],
      }),
    );
    expect(result.foreign).toBe(2);
  });

  test('a loss on a connection that the server ended in order', () => {
    const connections = [open('registry', { closedAt: 120, end: 'drained' })];
    expect(checkMessages(history({ connections, sent: [sent(1)] })).lost).toBe(1);
  });

  test('a message that was acknowledged at another node longer before the end of a drained connection than its client needs to see it', () => {
    const connections = [open('registry', { closedAt: 120, end: 'drained' })];
    const late = history({ sent: [sent(1)], connections });
    expect(checkMessages(late, { drainedWindowMs: 11 })).toMatchObject({ lost: 0, diedWithConnection: 1 });
    expect(checkMessages(late, { drainedWindowMs: 10 })).toMatchObject({ lost: 1, diedWithConnection: 0 });
  });

  test('a loss long before the connection was cut', () => {
    const connections = [open('registry', { closedAt: 5000, end: 'cut' })];
    expect(checkMessages(history({ connections, sent: [sent(1)] })).lost).toBe(1);
  });

  test('a client that was told to give up, unless its rights were taken away', () => {
    const refusals = [3, 4, 5].map((code) => ({ client: 'device', at: 10, code }));
    expect(checkMessages(history({ refusals })).wrong).toBe(2);
    const connections = [open('device', { closedAt: 10, end: 'cut' })];
    const revocations = [{ client: 'device', answeredAt: 5 }];
    expect(checkMessages(history({ connections, refusals, revocations })).wrong).toBe(0);
  });

  test('that somebody was never served again', () => {
    const connections = [open('device'), open('registry', { closedAt: 250, end: 'cut' })];
    const result = checkMessages(history({ connections, faults: [{ from: 200, to: 300 }] }));
    expect(result.recoverySeconds).toBe(Number.POSITIVE_INFINITY);
    expect(isKept(result, 60)).toBe(false);
  });
});

describe('the checker does not object to', () => {
  test('a message without acknowledgement that did not arrive', () => {
    expect(checkMessages(history({ sent: [sent(1, { ackedAt: undefined })] }))).toMatchObject({ lost: 0 });
  });

  test('a message sent before the subscription, or while the subscriber was away', () => {
    const connections = [
      open('registry', { subscribedAt: 150, closedAt: 250, end: 'cut' }),
      open('registry', { openedAt: 350, subscribedAt: 360 }),
    ];
    const result = checkMessages(history({ connections, sent: [sent(1), sent(3)] }));
    expect(result).toMatchObject({ lost: 0, diedWithConnection: 0 });
  });

  test('a message on a topic of the same name in another tenant that did not arrive', () => {
    const clients = [
      { name: 'broker', tenant: 'a', hears: ['t'] },
      { name: 'other', tenant: 'b', hears: ['t'] },
    ];
    const connections = [open('broker'), open('other')];
    const result = checkMessages(
      history({
        clients,
        connections,
        sent: [sent(1, { topic: 't' })],
        received: [got(1, { receiver: 'broker', topic: 't' })],
      }),
    );
    expect(result).toMatchObject({ lost: 0, foreign: 0 });
  });

  test('a repetition, even after later messages, and counts it', () => {
    const all = [sent(1), sent(2)];
    const result = checkMessages(history({ sent: all, received: [got(1), got(2), got(1), got(2)] }));
    expect(result).toMatchObject({ lost: 0, reordered: 0, duplicated: 2, foreign: 0 });
    expect(isKept(result)).toBe(true);
  });

  test('what is sent again after its topic had stored a later message', () => {
    const received = [got(3, { stored: true }), got(1), got(2), got(3)];
    const result = checkMessages(history({ sent: [sent(1), sent(2), sent(3)], received }));
    expect(result).toMatchObject({ lost: 0, reordered: 0, duplicated: 1 });
  });

  test('what was acknowledged just before the connection was cut, and counts it', () => {
    const connections = [open('registry', { closedAt: 120, end: 'cut' })];
    const result = checkMessages(history({ connections, sent: [sent(1)] }));
    expect(result).toMatchObject({ lost: 0, diedWithConnection: 1 });
    expect(isKept(result)).toBe(true);
  });

  test('what a client may hear and misses', () => {
    const clients = [{ name: 'slow', tenant: 'a', hears: [], mayHear: [topic] }];
    const received = [got(1, { receiver: 'slow' })];
    const result = checkMessages(history({ clients, sent: [sent(1), sent(2)], received }));
    expect(result).toMatchObject({ lost: 0, foreign: 0 });
  });

  test('a client that is served within the time that a revocation has', () => {
    const result = checkMessages(
      history({
        connections: [open('device', { closedAt: 1900, end: 'cut' }), open('registry')],
        sent: [sent(18)],
        received: [got(18)],
        revocations: [{ client: 'device', answeredAt: 1000 }],
      }),
    );
    expect(result).toMatchObject({ foreign: 0, lost: 0 });
  });
});

describe('of a node that was frozen the checker', () => {
  const cutOffs = [{ ports: [1], from: 1_000, until: 11_000 }];
  const late = sent(1, { sentAt: 7_000, ackedAt: 7_010 });
  const fateOf = (message: Sent, closed: Partial<Connection>, others: Partial<History> = {}) => {
    const connections = [
      open('device'),
      open('registry', { port: 1, end: 'cut', ...closed }),
      open('stranger'),
    ];
    const { lost, leftOut } = checkMessages(history({ connections, sent: [message], cutOffs, ...others }));
    return { lost, leftOut };
  };

  test('counts what its clients missed that were disconnected when it woke', () => {
    expect(fateOf(late, { closedAt: 11_500 })).toEqual({ lost: 0, leftOut: 1 });
  });

  test('takes for lost what a client missed that stayed connected', () => {
    expect(fateOf(late, { closedAt: undefined, end: undefined })).toEqual({ lost: 1, leftOut: 0 });
    expect(fateOf(late, { closedAt: 14_000 })).toEqual({ lost: 1, leftOut: 0 });
  });

  test('takes for lost what was acknowledged before anybody could go on without it', () => {
    const early = sent(1, { sentAt: 1_100, ackedAt: 5_400 });
    expect(fateOf(early, { closedAt: 11_500 })).toEqual({ lost: 1, leftOut: 0 });
  });

  test('takes for lost what a client of another node missed, or of one that nobody froze', () => {
    expect(fateOf(late, { port: 2, closedAt: 11_500 })).toEqual({ lost: 1, leftOut: 0 });
    expect(fateOf(late, { closedAt: 11_500 }, { cutOffs: [] })).toEqual({ lost: 1, leftOut: 0 });
  });
});

describe('recovery is measured', () => {
  const fault = [{ from: 200, to: 1000 }];

  test('not at all without a fault', () => {
    expect(checkMessages(history()).recoverySeconds).toBeUndefined();
  });

  test('up to the last of those who were served before', () => {
    const connections = [
      open('device'),
      open('registry', { closedAt: 250, end: 'cut' }),
      open('registry', { openedAt: 3900, subscribedAt: 4000 }),
      open('stranger', { closedAt: 150, end: 'left' }),
    ];
    const result = checkMessages(
      history({ connections, faults: fault, sent: [sent(3, { ackedAt: 2500 })], received: [] }),
    );
    expect(result.recoverySeconds).toBe(3);
  });

  test('as nothing when nobody noticed', () => {
    expect(checkMessages(history({ faults: fault })).recoverySeconds).toBe(0);
  });
});

test('a perfect run of any shape is clean, and each message taken out of it is missed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), (count, which) => {
      const all = Array.from({ length: count }, (_, i) => sent(i + 1));
      const received = all.map(({ sequence }) => got(sequence));
      expect(checkMessages(history({ sent: all, received }))).toMatchObject({
        lost: 0,
        duplicated: 0,
        reordered: 0,
        foreign: 0,
      });
      received.splice(which % count, 1);
      expect(checkMessages(history({ sent: all, received })).lost).toBe(1);
    }),
  );
});
