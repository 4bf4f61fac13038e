/** What the status of an answer means (docs/exports.md has the table). */
import type { SendOutcome } from '../target.ts';

/** The longest that a receiver may ask us to wait. */
const mostRetryAfterMs = 3_600_000;
const away: ReadonlySet<number> = new Set([408, 425, 429, 503, 504]);
const misconfigured: ReadonlySet<number> = new Set([401, 403, 404, 405, 410]);

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly answer: string;
}

export function outcomeOf({ status, headers, answer }: HttpAnswer, nowMs: number): SendOutcome {
  if (status >= 200 && status < 300) return { outcome: 'done', status, answer };
  const facts = { status, answer };
  // A function of Yandex that throws answers so; without the header it is a gateway that reached nobody.
  const isFunctionError = status === 502 && headers['x-function-error'] === 'true';
  if (away.has(status) || (status === 502 && !isFunctionError)) {
    const error = `The receiver cannot take it now (status ${status}).`;
    return { outcome: 'away', ...facts, error, retryAfterMs: retryAfterOf(headers['retry-after'], nowMs) };
  }
  if (status < 400)
    return {
      outcome: 'misconfigured',
      ...facts,
      error: `The receiver answered ${status}: redirects are not followed. Set the URL that it leads to.`,
    };
  if (misconfigured.has(status))
    return {
      outcome: 'misconfigured',
      ...facts,
      error: `The receiver answered ${status}: check the URL and the credentials of the export.`,
    };
  return { outcome: 'refused', ...facts, error: `The receiver refused it (status ${status}).` };
}

function retryAfterOf(header: string | string[] | undefined, nowMs: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return ms > 0 ? Math.min(ms, mostRetryAfterMs) : undefined;
}
