import type { Fault, History } from '../history.ts';

export interface Recovery {
  readonly seconds: number;
  /** The client that was served last. */
  readonly last: string;
}

/**
 * The longest that anybody who was being served when a fault began had to wait after its end until it was served again:
 * a publisher by an acknowledgement, any other by a connection with its subscriptions. Undefined without a fault,
 * Infinity if somebody never was.
 */
export function recoveryOf(history: History): Recovery | undefined {
  return history.faults
    .flatMap((fault) => recoveries(fault, history))
    .reduce<Recovery | undefined>(
      (slowest, one) => (slowest && slowest.seconds >= one.seconds ? slowest : one),
      undefined,
    );
}

function recoveries(fault: Fault, history: History): Recovery[] {
  if (fault.to === Number.POSITIVE_INFINITY) return [{ seconds: fault.to, last: 'the fault has no end' }];
  const gone = new Set(history.revocations.map(({ client }) => client));
  const served = history.connections.filter(
    ({ client, openedAt, closedAt, end }) =>
      openedAt <= fault.from && (closedAt ?? fault.from) >= fault.from && end !== 'left' && !gone.has(client),
  );
  return [...new Set(served.map(({ client }) => client))].map((client) => ({
    seconds: (servedAgain(client, fault, history) - fault.to) / 1000,
    last: client,
  }));
}

function servedAgain(client: string, { to }: Fault, { sent, connections }: History): number {
  const unserved = sent.filter(
    ({ publisher, sentAt, ackedAt }) => publisher === client && (ackedAt ?? sentAt) >= to,
  );
  if (unserved.length > 0) {
    return unserved.reduce(
      (first, { ackedAt = Number.POSITIVE_INFINITY }) => Math.min(first, ackedAt),
      Number.POSITIVE_INFINITY,
    );
  }
  return connections
    .filter((one) => one.client === client && (one.closedAt ?? Number.POSITIVE_INFINITY) > to)
    .reduce(
      (first, { openedAt, subscribedAt }) => Math.min(first, Math.max(to, subscribedAt ?? openedAt)),
      Number.POSITIVE_INFINITY,
    );
}
