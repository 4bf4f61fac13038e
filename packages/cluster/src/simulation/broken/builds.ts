/** Builds with one rule broken: each must be found out by the checks. */
import type { RetainedOrder } from '../../bus/retained-order.ts';
import { Claims } from '../../claims/claims.ts';
import { isAlive, type NodeRow } from '../../members/node-row.ts';
import { type Rules, rules, times } from '../../members/rules.ts';
import type { MemberStatements } from '../../members/statements.ts';
import type { Process } from '../timeline/timeline.ts';

export interface Breakage {
  readonly rules?: () => Rules;
  readonly statements?: (statements: MemberStatements) => MemberStatements;
  readonly claims?: (process: Process) => Claims;
  readonly acknowledgesAtOnce?: boolean;
  readonly subscribesAtOnce?: boolean;
  readonly staysConnected?: boolean;
  readonly endsBeforeClosed?: boolean;
  readonly deliversLate?: boolean;
  readonly storesUnfenced?: boolean;
  readonly readsNothingAfterDrop?: boolean;
  readonly order?: (order: RetainedOrder) => Pick<RetainedOrder, 'handedOver' | 'read' | 'isNews'>;
}

const but = (change: Partial<Rules>) => () => ({ ...rules, ...change });

export const asBuilt: Breakage = {};

export const broken: Readonly<Record<string, Breakage>> = {
  'PUBACK before the others have acknowledged': { acknowledgesAtOnce: true },
  'SUBACK before the others know': { subscribesAtOnce: true },
  'no reset': { staysConnected: true },
  'the row says ended before the sessions are closed': { endsBeforeClosed: true },
  'good is a flag that a timer keeps': { rules: goodAsFlag },
  'no grace': {
    rules: but({
      isGood: ({ state, renewedMs }, nowMs) => state === 'member' && nowMs < renewedMs + times.goodMs,
    }),
  },
  'hearing a node is taken for being confirmed': { rules: but({ confirmedMs: ({ heardMs }) => heardMs }) },
  'the condemned are dropped at once': {
    rules: but({
      droppedAtMs: (state) =>
        state === 'condemned' || state === 'ended' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
    }),
  },
  'a joiner does not wait until all have agreed': { rules: but({ mayJoin: () => true }) },
  'a joiner reads the list before its own row is there': { statements: readFirst },
  'joiners condemn after five seconds': { rules: but({ joinerPatienceMs: () => 5_000 }) },
  'acknowledged before it is handed over': { deliversLate: true },
  'the later claim is that of the later wall clock': { claims: (process) => new WallClockClaims(process) },
  'a confirmation counts from when it came': {
    rules: but({ confirmedMs: ({ acknowledgedMs }) => acknowledgedMs }),
  },
  'what is heard at second hand is no sign of life': { rules: but({ countsAtSecondHand: false }) },
  'links are asked for without a ping': { rules: but({ mayGreet: () => true }) },
  'frames for an earlier incarnation count': { rules: but({ isForMe: () => true }) },
  'messages are stored unfenced': { storesUnfenced: true },
  'nothing is read after a drop': { readsNothingAfterDrop: true },
  'older retained messages are left to be the last': {
    order: (order) => ({
      handedOver: () => {},
      read: () => {},
      isNews: (place) => order.isNews(place),
    }),
  },
  'what was read is forgotten': {
    order: (order) => ({
      handedOver: (place, again) => order.handedOver(place, again),
      read: () => {},
      isNews: (place) => order.isNews(place),
    }),
  },
};

/** Found out by `strangersJoin` alone, which takes longer than the faults of a run last. */
export const brokenJoining: Readonly<Record<string, Breakage>> = {
  'a node that nobody reaches tries again at once': { rules: but({ awayMs: () => 0 }) },
  'a joiner says of nobody that it misses it': { statements: missNobodyWhileJoining },
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

/** Decides by a list that was read before, without checking that it is still the same. */
function readFirst(statements: MemberStatements): MemberStatements {
  let before: readonly NodeRow[] = [];
  let isFirst = true;
  const look = (incarnation: string) =>
    statements.condemn(incarnation, (rows) => {
      before = rows;
      return [];
    });
  return {
    ...statements,
    async join(incarnation) {
      await look(incarnation);
      isFirst = true;
      await statements.join(incarnation);
    },
    async renew(incarnation, misses) {
      const rows = await statements.renew(incarnation, misses);
      const isOutdated = isFirst && rows !== undefined;
      isFirst = false;
      return isOutdated ? [...before, ...rows.filter((row) => row.incarnation === incarnation)] : rows;
    },
    async promote(incarnation) {
      let others: readonly string[] = [];
      await statements.condemn(incarnation, (rows) => {
        others = rows
          .filter((row) => isAlive(row) && row.incarnation !== incarnation)
          .map((row) => row.incarnation);
        return [];
      });
      return statements.promote(incarnation, others);
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

function missNobodyWhileJoining(statements: MemberStatements): MemberStatements {
  let isMember = false;
  return {
    ...statements,
    async join(incarnation) {
      isMember = false;
      await statements.join(incarnation);
    },
    async renew(incarnation, misses) {
      const rows = await statements.renew(incarnation, isMember ? misses : []);
      isMember = rows?.find((row) => row.incarnation === incarnation)?.state === 'member';
      return rows;
    },
  };
}
