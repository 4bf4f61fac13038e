import { describe, expect, test } from 'vitest';
import { encodeMark } from './marked-message.ts';
import { MessageLedger } from './message-ledger.ts';

const message = { publisher: 'p', tenant: 'a', topic: 't', sequence: 1 };

function clock() {
  let now = 0;
  return () => (now += 1);
}

describe('the message ledger', () => {
  test('refuses a second client of a name, and an acknowledgement of what was never sent', () => {
    const ledger = new MessageLedger(clock());
    ledger.client({ name: 'p', tenant: 'a', hears: [] });
    expect(() => ledger.client({ name: 'p', tenant: 'b', hears: [] })).toThrow(TypeError);
    expect(() => ledger.acked('p', 1)).toThrow(TypeError);
  });

  test('keeps the last time of sending and the first of acknowledging', () => {
    const ledger = new MessageLedger(clock());
    ledger.sent(message);
    ledger.sent(message);
    ledger.acked('p', 1);
    ledger.acked('p', 1);
    expect(ledger.history().sent).toEqual([{ ...message, sentAt: 2, ackedAt: 3 }]);
    expect(ledger.ackedCount).toBe(1);
  });

  test('keeps what is damaged as damaged', () => {
    const ledger = new MessageLedger(clock());
    ledger.received('r', 't', encodeMark(message));
    ledger.received('r', 't', Buffer.from('noise'));
    expect(ledger.history().received.map(({ mark }) => mark)).toEqual([
      { publisher: 'p', sequence: 1, tenant: 'a' },
      undefined,
    ]);
  });

  test('keeps the life of a connection, and how it ended first', () => {
    const ledger = new MessageLedger(clock());
    const connection = ledger.opened('r');
    connection.subscribed();
    connection.closed('drained');
    connection.closed('cut');
    ledger.opened('r');
    expect(ledger.history().connections).toEqual([
      { client: 'r', openedAt: 1, subscribedAt: 2, closedAt: 3, end: 'drained' },
      { client: 'r', openedAt: 4, subscribedAt: undefined, closedAt: undefined, end: undefined },
    ]);
  });

  test('keeps that the server ended a connection in order, if it was asked to', () => {
    const ledger = new MessageLedger(clock());
    const before = ledger.opened('r');
    const after = ledger.opened('r');
    const drained = ledger.drain();
    before.closed('cut');
    drained();
    after.closed('cut');
    expect(ledger.history().connections.map(({ end }) => end)).toEqual(['drained', 'cut']);
  });

  test('keeps a fault as endless until it is healed', () => {
    const ledger = new MessageLedger(clock());
    const heal = ledger.fault();
    expect(ledger.history().faults).toEqual([{ from: 1, to: Number.POSITIVE_INFINITY }]);
    heal();
    expect(ledger.history().faults).toEqual([{ from: 1, to: 2 }]);
  });
});
