import { type CheckResult, Findings } from '../check/check-result.ts';
import type { Recovery } from '../check/recovery.ts';

/** One thing that a caller wants done: the same key on every repetition. */
export interface Write {
  readonly key: string;
  readonly kind: 'create' | 'delete';
  /** Create: the unique name of the object. Delete: its ID. */
  readonly object: string;
  readonly attempts: readonly Attempt[];
}

/** No `status`: no answer. */
export interface Attempt {
  readonly sentAt: number;
  readonly answeredAt: number | undefined;
  readonly status: number | undefined;
  /** The ID that a 2xx to a create named. */
  readonly id: string | undefined;
}

/** What lies in the database when all is over. `whole`: with every part that its create gave it. */
export interface StoredObject {
  readonly id: string;
  readonly name: string;
  readonly whole: boolean;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Writes down what a caller of the management API asked for and was told. */
export class WriteLedger {
  readonly #now: () => number;
  readonly #writes = new Map<
    string,
    { -readonly [Key in keyof Write]: Write[Key] } & { attempts: Attempt[] }
  >();

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A call is about to be made; what it returns is told the answer, if one comes. */
  attempt(write: Pick<Write, 'key' | 'kind' | 'object'>): (status: number, id?: string) => void {
    const entry = this.#writes.get(write.key) ?? { ...write, attempts: [] };
    this.#writes.set(write.key, entry);
    const attempt: Writable<Attempt> = {
      sentAt: this.#now(),
      answeredAt: undefined,
      status: undefined,
      id: undefined,
    };
    entry.attempts.push(attempt);
    return (status, id) => {
      attempt.answeredAt = this.#now();
      attempt.status = status;
      attempt.id = id;
    };
  }

  writes(): readonly Write[] {
    return [...this.#writes.values()];
  }
}

/** Statuses by which a call may end while something is broken: done, not now, or too many. */
const allowedStatuses = new Set([200, 429, 503]);

export interface WriteCheckOptions {
  /** When the last fault ended: recovery is the wait for the first 2xx after it. */
  readonly healedAt?: number;
  /** Statuses that are in order besides 200, 429 and 503. */
  readonly alsoAllowed?: readonly number[];
}

/** Compares what callers were told with what is stored, against the promises of the control plane (docs/promises.md). */
export function checkWrites(
  writes: readonly Write[],
  stored: readonly StoredObject[],
  { healedAt, alsoAllowed = [] }: WriteCheckOptions = {},
): CheckResult {
  const findings = new Findings();
  const allowed = new Set([...allowedStatuses, ...alsoAllowed]);
  const deleted = new Set(writes.flatMap(({ kind, object }) => (kind === 'delete' ? [object] : [])));
  for (const write of writes) {
    for (const { status } of write.attempts) {
      if (status === undefined || allowed.has(status)) continue;
      findings.add('wrong', () => `${write.kind} ${write.object} was answered ${status}`);
    }
    if (write.kind === 'create') checkCreate(write, stored, deleted, findings);
    else checkDelete(write, stored, findings);
  }
  return findings.result(recovery(writes, healedAt));
}

/** `deleted`: whose end was asked for since, whatever came of it. */
function checkCreate(
  { object, attempts }: Write,
  stored: readonly StoredObject[],
  deleted: ReadonlySet<string>,
  findings: Findings,
): void {
  const rows = stored.filter(({ name }) => name === object);
  for (let extra = 1; extra < rows.length; extra += 1) {
    findings.add('wrong', () => `'${object}' was created twice`);
  }
  for (const row of rows) if (!row.whole) findings.add('wrong', () => `'${object}' was created in part`);
  const promised = new Set(
    attempts.flatMap(({ status, id }) => (status === 200 && id !== undefined ? [id] : [])),
  );
  for (const id of promised) {
    if (!deleted.has(id) && !rows.some((row) => row.id === id))
      findings.add('lost', () => `'${object}' (${id}) was answered 200`);
  }
  if (promised.size > 1) findings.add('wrong', () => `'${object}' was answered with ${promised.size} IDs`);
}

function checkDelete({ object, attempts }: Write, stored: readonly StoredObject[], findings: Findings): void {
  if (!attempts.some(({ status }) => status === 200)) return;
  if (stored.some(({ id }) => id === object))
    findings.add('lost', () => `the end of ${object} was answered 200`);
}

function recovery(writes: readonly Write[], healedAt: number | undefined): Recovery | undefined {
  if (healedAt === undefined) return undefined;
  const answers = writes.flatMap(({ attempts }) =>
    attempts.flatMap(({ status, answeredAt = 0 }) =>
      status === 200 && answeredAt >= healedAt ? [answeredAt] : [],
    ),
  );
  const first = answers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return { seconds: (first - healedAt) / 1000, last: 'the API' };
}
