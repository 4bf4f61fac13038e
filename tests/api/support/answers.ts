import type { ApiAnswer } from '@iotcore/testkit';
import { expect } from 'vitest';

/** The HTTP status and google.rpc code of each refusal. */
const statuses = {
  INVALID_ARGUMENT: [400, 3],
  NOT_FOUND: [404, 5],
  ALREADY_EXISTS: [409, 6],
  PERMISSION_DENIED: [403, 7],
  RESOURCE_EXHAUSTED: [429, 8],
  FAILED_PRECONDITION: [400, 9],
  ABORTED: [409, 10],
  UNAVAILABLE: [503, 14],
  UNAUTHENTICATED: [401, 16],
} as const;

/** Checks that the answer is this refusal, in the error body of the API, with nothing else in it. */
export function expectRefusal(answer: ApiAnswer, name: keyof typeof statuses): void {
  const [status, code] = statuses[name];
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status, body: { code } });
  expect(Object.keys(answer.body).sort()).toEqual(['code', 'details', 'message']);
  expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
}

/** Checks that the answer is INVALID_ARGUMENT about just these fields. */
export function expectViolations(answer: ApiAnswer, ...fields: readonly string[]): void {
  expectRefusal(answer, 'INVALID_ARGUMENT');
  const [detail] = answer.body.details;
  expect(detail).toMatchObject({ '@type': 'type.googleapis.com/google.rpc.BadRequest' });
  const named = detail.fieldViolations.map(({ field }: { field: string }) => field);
  expect(named.sort()).toEqual([...fields].sort());
}
