/**
 * The rules of membership that depend on time. Two matter most. A node that is left out is disconnected, so no client stays
 * connected across a gap. And a node that may be left out acknowledges nothing: it stops after 4 s at most, the others go on
 * without it after 5 s at least, each by its own clock. Times of two machines are never compared. The rules are an object, so
 * that the simulator can break one and check that this is noticed.
 */
import type { LinkEvidence } from '../links/link.ts';
import type { NodeState } from './node-row.ts';

/** What a node knows of its own standing. Times are those of its own clock, in ms. */
export interface Standing {
  readonly state: NodeState;
  /** When the last renewal that the database accepted began to be sent. */
  readonly renewedMs: number;
  /** When what all others in view have acknowledged began to be sent; infinite if there are none. */
  readonly confirmedMs: number;
}

export const times = {
  /** A node renews its row. */
  renewMs: 1_000,
  /** How long a renewal or a confirmation allows a member to acknowledge. */
  goodMs: 4_000,
  /** Others go on without a condemned node so long after its last sign of life. */
  droppedMs: 5_000,
  /** A node that has had no standing for so long closes its sessions and begins anew. */
  resetMs: 20_000,
  /** A node that has not renewed its row for so long may be condemned. */
  silentMs: 5_000,
  /** A ping is answered within this time. */
  pongMs: 2_000,
  /** A joiner says that it misses a node that has answered no ping for so long. */
  unansweredMs: 5_000,
  /** A node that was left out before it was a member stays away for so long, so that others can join; twice as long each further time. */
  awayMs: 10_000,
  /** No longer than this. */
  mostAwayMs: 40_000,
  /** A node stops acknowledging this much earlier than a joiner may condemn silent nodes. */
  graceMarginMs: 6_000,
} as const;

export interface Rules {
  /**
   * When this node sent the newest frame that the other side of a link has acknowledged: the other side still waited for this
   * node then or later. Frames from the other side do not show that. The time of sending counts, since an acknowledged frame
   * arrived no earlier.
   */
  confirmedMs(evidence: LinkEvidence): number;
  /** May it acknowledge: PUBACK, SUBACK, CONNACK? Asked when it does, never remembered. */
  isGood(standing: Standing, nowMs: number, graceMs: number): boolean;
  /** Must it close its sessions, since the others may have gone on without it? */
  mustReset(standing: Standing, nowMs: number): boolean;
  /** When other nodes may go on without a node in this state; `lastSignMs`: its last sign of life. */
  droppedAtMs(state: NodeState, lastSignMs: number): number;
  /** Is a frame for this incarnation? A carrier may deliver a frame for an earlier incarnation of the same process. */
  isForMe(to: string, own: string): boolean;
  /** Whether a row that a third node told of may be a sign of life of the row's node. */
  readonly countsAtSecondHand: boolean;
  /** May a joiner ask for links, and so have others wait for it? */
  mayGreet(isEveryPingAnswered: boolean): boolean;
  /** May a joiner become a member? */
  mayJoin(haveAllAgreed: boolean): boolean;
  /** For how long a joiner has seen no member renew before it condemns it. */
  joinerPatienceMs(state: NodeState, graceMs: number): number;
  /** For how long a node stays away that has been left out so many times in a row before it was a member. */
  awayMs(timesLeftOut: number): number;
}

export const rules: Rules = {
  confirmedMs: ({ confirmedMs }) => confirmedMs,
  // Asked for each acknowledgement: it looks at all peers only if the database has not answered of late.
  isGood: (standing, nowMs, graceMs) =>
    standing.state === 'member' &&
    (nowMs < standing.renewedMs + times.goodMs ||
      (nowMs < standing.confirmedMs + times.goodMs &&
        nowMs < standing.renewedMs + graceMs - times.graceMarginMs)),
  mustReset: ({ renewedMs, confirmedMs }, nowMs) => nowMs > Math.max(renewedMs, confirmedMs) + times.resetMs,
  droppedAtMs(state, lastSignMs) {
    if (state === 'ended') return Number.NEGATIVE_INFINITY;
    return state === 'condemned' ? lastSignMs + times.droppedMs : Number.POSITIVE_INFINITY;
  },
  isForMe: (to, own) => to === own,
  countsAtSecondHand: true,
  mayGreet: (isEveryPingAnswered) => isEveryPingAnswered,
  mayJoin: (haveAllAgreed) => haveAllAgreed,
  joinerPatienceMs: (state, graceMs) => (state === 'joining' ? times.silentMs : graceMs),
  awayMs: (timesLeftOut) => Math.min(times.mostAwayMs, times.awayMs * 2 ** (timesLeftOut - 1)),
};
