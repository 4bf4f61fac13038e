import { describe, expect, test } from 'vitest';
import type { Sent } from '../history.ts';
import { checkRetained } from './check-retained.ts';

const topic = '$devices/d1/state';
const sent = (sequence: number, ackedAt: number | undefined): Sent => ({
  publisher: 'device',
  tenant: 'a',
  topic,
  sequence,
  sentAt: sequence,
  ackedAt,
});
const holds = (sequence: number, tenant = 'a') => [
  { topic, mark: { publisher: 'device', sequence, tenant } },
];

describe('the checker of permanent topics', () => {
  const all = [sent(1, 1), sent(2, 2), sent(3, undefined)];

  test('misses an acknowledged message', () => {
    expect(checkRetained('a', all, [])).toMatchObject({ lost: 1, foreign: 0 });
    expect(checkRetained('a', all, holds(1))).toMatchObject({ lost: 1, foreign: 0 });
  });

  test('sees what does not belong there', () => {
    expect(checkRetained('a', all, holds(2, 'b')).foreign).toBe(1);
    expect(checkRetained('a', all, holds(9)).foreign).toBe(1);
    expect(checkRetained('a', [], [{ topic, mark: undefined }]).foreign).toBe(1);
  });

  test('accepts the last acknowledged message, or a later one without acknowledgement', () => {
    expect(checkRetained('a', all, holds(2))).toMatchObject({ lost: 0, foreign: 0 });
    expect(checkRetained('a', all, holds(3))).toMatchObject({ lost: 0, foreign: 0 });
    expect(checkRetained('a', [sent(1, undefined)], [])).toMatchObject({ lost: 0, foreign: 0 });
  });
});
