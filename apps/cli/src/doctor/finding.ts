/** What a check of `doctor` found. */
export interface Finding {
  /** `warn` will be a failure one day, or is one already for some. */
  readonly status: 'ok' | 'warn' | 'fail';
  readonly check: string;
  readonly finding: string;
  /** What to do about it. */
  readonly advice?: string;
  /** The same for programs. */
  readonly details?: Readonly<Record<string, unknown>>;
}

const dayMs = 86_400_000;

/** Checks the end of a certificate's life. From `warnDays` before it on there is a warning. */
export function expiryFinding(
  check: string,
  validUntil: Date,
  now: Date,
  { warnDays, advice }: { readonly warnDays: number; readonly advice: string },
): Finding {
  const days = Math.floor((validUntil.getTime() - now.getTime()) / dayMs);
  const details = { validUntil: validUntil.toISOString(), days };
  const until = validUntil.toISOString().slice(0, 'yyyy-mm-dd'.length);
  if (days < 0) return { status: 'fail', check, finding: `expired on ${until}`, advice, details };
  const finding = `valid until ${until}, ${days} days`;
  return days < warnDays
    ? { status: 'warn', check, finding, advice, details }
    : { status: 'ok', check, finding, details };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
