/** `grpc-timeout`: how long the caller waits, at most eight digits and a unit. */

/** Ours, for a caller that names none or a longer one, in ms: as long as a REST call may take. */
export const maxCallMs = 30_000;

const unitMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };

/** In ms, at most `maxCallMs`; undefined if the text is no timeout. */
export function readTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return maxCallMs;
  const [, digits, unit] = /^(\d{1,8})([HMSmun])$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  return Math.min(Number(digits) * (unitMs[unit] ?? 0), maxCallMs);
}
