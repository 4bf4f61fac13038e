/** Builds with one rule broken: each must be found out by the checks. */
import { Claims } from '../claims/claims.ts';
import { type Rules, rules } from '../members/rules.ts';
import type { MemberStatements } from '../members/statements.ts';
import type { Process } from './timeline.ts';

export interface Breakage {
  readonly rules?: () => Rules;
  readonly statements?: (statements: MemberStatements) => MemberStatements;
  readonly claims?: (process: Process) => Claims;
  readonly acknowledgesAtOnce?: boolean;
  readonly subscribesAtOnce?: boolean;
  readonly staysConnected?: boolean;
  readonly endsBeforeClosed?: boolean;
  readonly deliversLate?: boolean;
  /** Frames for an incarnation that is over are taken by the one after it. */
  readonly hearsForeignFrames?: boolean;
}

const but = (change: Partial<Rules>) => () => ({ ...rules, ...change });

export const asBuilt: Breakage = {};

export const broken: Readonly<Record<string, Breakage>> = {
  'PUBACK before the others have acknowledged': { acknowledgesAtOnce: true },
  'SUBACK before the others know': { subscribesAtOnce: true },
  'no reset': { staysConnected: true },
  'the row says ended before the sessions are closed': { endsBeforeClosed: true },
  'good is a flag that a timer keeps': { rules: goodAsFlag },
  'hearing a node is taken for being confirmed': { rules: but({ confirmedMs: ({ heardMs }) => heardMs }) },
  'confirmed from the arrival of the acknowledgement': {
    rules: but({ confirmedMs: ({ acknowledgedMs }) => acknowledgedMs }),
  },
  'a new link confirms': {
    rules: but({ confirmedMs: ({ confirmedMs, openedMs }) => Math.max(confirmedMs, openedMs) }),
  },
  'the condemned are dropped at once': {
    rules: but({
      droppedAtMs: (state) =>
        state === 'condemned' || state === 'ended' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
    }),
  },
  'renewals at second hand are no sign of life': { rules: but({ countsAtSecondHand: false }) },
  'a joiner does not wait until all have agreed': { rules: but({ mayJoin: () => true }) },
  'a joiner becomes a member by an older list': { statements: promoteByAnyList },
  'joiners condemn after five seconds': { rules: but({ joinerPatienceMs: () => 5_000 }) },
  'a joiner asks for links without a ping': { rules: but({ mayGreet: () => true }) },
  'frames for an earlier incarnation are taken': { hearsForeignFrames: true },
  'acknowledged before it is handed over': { deliversLate: true },
  'the later claim is that of the later wall clock': { claims: (process) => new WallClockClaims(process) },
};

/** As the timer left it: a process that wakes believes it until the timer has its turn. */
function goodAsFlag(): Rules {
  let isGood = false;
  let grace = 0;
  return {
    ...rules,
    isGood(_standing, _nowMs, graceMs) {
      grace = graceMs;
      return isGood;
    },
    mustReset(standing, nowMs) {
      isGood = rules.isGood(standing, nowMs, grace);
      return rules.mustReset(standing, nowMs);
    },
  };
}

function promoteByAnyList(statements: MemberStatements): MemberStatements {
  return {
    ...statements,
    async promote(incarnation, others) {
      let list = others;
      // The list of the moment, whatever was agreed to.
      await statements.condemn(incarnation, (rows) => {
        list = rows
          .filter(
            ({ state, incarnation: other }) =>
              (state === 'joining' || state === 'member') && other !== incarnation,
          )
          .map(({ incarnation: other }) => other);
        return [];
      });
      return statements.promote(incarnation, list);
    },
  };
}

class WallClockClaims extends Claims {
  readonly #process: Process;

  constructor(process: Process) {
    super();
    this.#process = process;
  }

  override add(key: string, taken: () => void) {
    return super.add(key, taken, Math.trunc(this.#process.clock.nowMs()));
  }

  override hear(): void {}
}
