import { describe, expect, test } from 'vitest';
import { isKept } from '../check/check-result.ts';
import { checkWrites, WriteLedger } from './write-ledger.ts';

const stored = { id: 'id-1', name: 'one', whole: true };

function ledger(
  tell: (answer: (status: number, id?: string) => void) => void,
  kind: 'create' | 'delete' = 'create',
) {
  let now = 0;
  const writes = new WriteLedger(() => (now += 1000));
  tell(writes.attempt({ key: 'k', kind, object: kind === 'create' ? 'one' : 'id-1' }));
  return writes;
}

describe('the checker of writes finds', () => {
  test('a create that was answered 200 and is not there', () => {
    const result = checkWrites(ledger((answer) => answer(200, 'id-1')).writes(), []);
    expect(result).toMatchObject({ lost: 1, wrong: 0 });
    expect(isKept(result)).toBe(false);
  });

  test('a delete that was answered 200 and did not last', () => {
    expect(checkWrites(ledger((answer) => answer(200), 'delete').writes(), [stored]).lost).toBe(1);
  });

  test('an object that was made twice, and one that was made in part', () => {
    const writes = ledger((answer) => answer(200, 'id-1')).writes();
    expect(checkWrites(writes, [stored, { ...stored, id: 'id-2' }]).wrong).toBe(1);
    expect(checkWrites(writes, [{ ...stored, whole: false }]).wrong).toBe(1);
  });

  test('one key that was answered with two objects', () => {
    const writes = ledger((answer) => answer(200, 'id-1'));
    writes.attempt({ key: 'k', kind: 'create', object: 'one' })(200, 'id-2');
    const result = checkWrites(writes.writes(), [stored]);
    expect(result).toMatchObject({ lost: 1, wrong: 1 });
  });

  test('an answer that a fault does not excuse', () => {
    for (const status of [500, 404, 401]) {
      expect(checkWrites(ledger((answer) => answer(status)).writes(), []).wrong, `${status}`).toBe(1);
    }
  });

  test('that nothing was answered 2xx after the fault', () => {
    const result = checkWrites(ledger((answer) => answer(503)).writes(), [], { healedAt: 0 });
    expect(result.recoverySeconds).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the checker of writes does not object to', () => {
  test('a create without an answer, whether it was done or not', () => {
    for (const rows of [[], [stored]]) {
      expect(isKept(checkWrites(ledger(() => undefined).writes(), rows))).toBe(true);
    }
  });

  test('a repetition that is answered with the same object, and measures the recovery', () => {
    const writes = ledger((answer) => answer(503));
    writes.attempt({ key: 'k', kind: 'create', object: 'one' })(200, 'id-1');
    expect(writes.writes()).toHaveLength(1);
    const result = checkWrites(writes.writes(), [stored], { healedAt: 2500 });
    expect(result).toMatchObject({ lost: 0, wrong: 0, recoverySeconds: 1.5 });
  });

  test('an object that was deleted since, or whose delete was not answered', () => {
    const writes = ledger((answer) => answer(200, 'id-1'));
    writes.attempt({ key: 'd', kind: 'delete', object: 'id-1' });
    for (const rows of [[], [stored]]) expect(isKept(checkWrites(writes.writes(), rows))).toBe(true);
  });

  test('a delete that was refused for now', () => {
    expect(isKept(checkWrites(ledger((answer) => answer(503), 'delete').writes(), [stored]))).toBe(true);
  });
});
