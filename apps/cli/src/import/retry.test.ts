import { describe, expect, test } from 'vitest';
import { withRetries } from './retry.ts';

function attempts(...statuses: readonly (number | undefined)[]) {
  let count = 0;
  const call = async () => {
    const status = statuses[Math.min(count, statuses.length - 1)];
    count += 1;
    return status === undefined ? {} : { response: new Response('', { status }) };
  };
  return { call, made: () => count };
}
const patient = { patienceMs: 60_000, signal: new AbortController().signal, waiting() {} };

describe('a call', () => {
  test.each([200, 400, 401, 403, 404, 409, 413])('answered %i is not repeated', async (status) => {
    const { call, made } = attempts(status);
    expect((await withRetries(call, patient)).response?.status).toBe(status);
    expect(made()).toBe(1);
  });

  test.each([undefined, 408, 429, 502, 503, 504, 500])(
    'that may go better is repeated: %s',
    async (status) => {
      const { call, made } = attempts(status, 200);
      expect((await withRetries(call, patient)).response?.status).toBe(200);
      expect(made()).toBe(2);
    },
  );

  test('that fails the server each time is given up soon', async () => {
    const { call, made } = attempts(500);
    expect((await withRetries(call, patient)).response?.status).toBe(500);
    expect(made()).toBe(3);
  });

  test('is given up when patience ends, or the command is interrupted', async () => {
    const outOfPatience = attempts(503);
    await withRetries(outOfPatience.call, { ...patient, patienceMs: 0 });
    expect(outOfPatience.made()).toBe(1);
    const interrupted = attempts(503);
    await withRetries(interrupted.call, { ...patient, signal: AbortSignal.abort() });
    expect(interrupted.made()).toBe(1);
  });
});
