/** google.rpc.Code: how calls of the API end, in answers and in audit events. */
export const errorCodes = {
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

const names = new Map<number, string>([
  [0, 'OK'],
  ...Object.entries(errorCodes).map(([name, code]) => [code, name] as const),
]);

/** The name of a code; one that a later version of the API has stays a number. */
export function codeName(code: number): string {
  return names.get(code) ?? String(code);
}
