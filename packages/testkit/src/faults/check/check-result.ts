import type { Recovery } from './recovery.ts';

/** What a check found. Nothing may be lost, foreign or wrong; the rest is counted, so that it is not hidden. */
export interface CheckResult {
  /** Acknowledged, and not received by an eligible subscriber; answered 2xx, and not in the database. */
  readonly lost: number;
  /** Received or done more than once. */
  readonly duplicated: number;
  /** Overtaken by a later message of the same publisher and topic. */
  readonly reordered: number;
  /** Received by, accepted for, or taken from somebody without the right to it; or not a message of the run at all. */
  readonly foreign: number;
  /** Answers that the promises do not allow, such as 500, or CONNACK 4 to the right password. */
  readonly wrong: number;
  /** Acknowledged just before its subscriber's connection died, and gone with it. */
  readonly diedWithConnection: number;
  /**
   * Acknowledged after the others had gone on without the subscriber's node, which disconnected it in time: so nothing was lost
   * without its client's being told.
   */
  readonly leftOut: number;
  /** From the end of the fault until everybody was served again; undefined: no fault; Infinity: not within the run. */
  readonly recoverySeconds: number | undefined;
  /** The client that was served again last. */
  readonly recoveredLast: string | undefined;
  /** The first few findings, in words. */
  readonly findings: readonly string[];
}

const noCounts = {
  lost: 0,
  duplicated: 0,
  reordered: 0,
  foreign: 0,
  wrong: 0,
  diedWithConnection: 0,
  leftOut: 0,
};
type Kind = keyof typeof noCounts;

export const cleanResult: CheckResult = {
  ...noCounts,
  recoverySeconds: undefined,
  recoveredLast: undefined,
  findings: [],
};

const mostFindings = 20;

/** Several checks of one run as one. */
export function sumResults(results: readonly CheckResult[]): CheckResult {
  return results.reduce(
    (sum, one) => ({
      lost: sum.lost + one.lost,
      duplicated: sum.duplicated + one.duplicated,
      reordered: sum.reordered + one.reordered,
      foreign: sum.foreign + one.foreign,
      wrong: sum.wrong + one.wrong,
      diedWithConnection: sum.diedWithConnection + one.diedWithConnection,
      leftOut: sum.leftOut + one.leftOut,
      ...slower(sum, one),
      findings: [...sum.findings, ...one.findings].slice(0, mostFindings),
    }),
    cleanResult,
  );
}

/** Is every promise kept? `maxRecoverySeconds`: the longest that recovery may take. */
export function isKept(result: CheckResult, maxRecoverySeconds = Number.MAX_VALUE): boolean {
  const { lost, reordered, foreign, wrong, recoverySeconds = 0 } = result;
  return lost + reordered + foreign + wrong === 0 && recoverySeconds <= maxRecoverySeconds;
}

/** Counts what is found, and keeps the first few that break a promise in words. */
export class Findings {
  readonly #counts: Record<Kind, number> = { ...noCounts };
  readonly #words: string[] = [];

  add(kind: Kind, words: () => string): void {
    this.#counts[kind] += 1;
    const allowed = kind === 'duplicated' || kind === 'diedWithConnection' || kind === 'leftOut';
    if (!allowed && this.#words.length < mostFindings) this.#words.push(`${kind}: ${words()}`);
  }

  result(recovery?: Recovery): CheckResult {
    return {
      ...this.#counts,
      recoverySeconds: recovery?.seconds,
      recoveredLast: recovery?.last,
      findings: this.#words,
    };
  }
}

function slower(a: CheckResult, b: CheckResult): Pick<CheckResult, 'recoverySeconds' | 'recoveredLast'> {
  const { recoverySeconds, recoveredLast } = (b.recoverySeconds ?? -1) > (a.recoverySeconds ?? -1) ? b : a;
  return { recoverySeconds, recoveredLast };
}
