/**
 * The check of a run: it compares what was sent and acknowledged with what was received, against the promises of the data
 * plane (docs/promises.md). It sees the ledgers only, and knows nothing of how the server works.
 */

import type { Client, Connection, CutOff, History, Received, Sent } from '../history.ts';
import { type CheckResult, Findings } from './check-result.ts';
import { recoveryOf } from './recovery.ts';

export interface CheckOptions {
  /**
   * A message that was acknowledged so shortly before its subscriber's connection was cut may have died with it, ms.
   * It is counted as such. Covers what lay in the queue, and how late the subscriber noticed the cut.
   */
  readonly deathWindowMs?: number;
  /**
   * The same for a connection that a node closed in order, ms; default 0. Of a node among others it takes what a client needs to see the end:
   * its session is over before, and what another node acknowledges then has nobody to go to.
   */
  readonly drainedWindowMs?: number;
  /** By when a revocation must be effective, ms after its 2xx. */
  readonly revocationMs?: number;
}

export function checkMessages(history: History, options: CheckOptions = {}): CheckResult {
  const { deathWindowMs = 2000, drainedWindowMs = 0, revocationMs = 1000 } = options;
  const findings = new Findings();
  const clients = new Map(history.clients.map((client) => [client.name, client]));
  const sent = new Map(history.sent.map((message) => [idOf(message), message]));
  for (const [receiver, received] of groupBy(history.received, ({ receiver }) => receiver)) {
    const client = clients.get(receiver);
    checkBelonging(receiver, client, received, sent, findings);
    checkOrder(receiver, received, findings);
  }
  checkDelivery(history, { deathWindowMs, drainedWindowMs }, findings);
  checkRevocations(history, revocationMs, findings);
  checkRefusals(history, findings);
  return findings.result(recoveryOf(history));
}

/** Nothing that was not sent, or not to this receiver. */
function checkBelonging(
  receiver: string,
  client: Client | undefined,
  received: readonly Received[],
  sent: ReadonlyMap<string, Sent>,
  findings: Findings,
): void {
  const hears = new Set([...(client?.hears ?? []), ...(client?.mayHear ?? [])]);
  for (const { mark, topic } of received) {
    if (!mark) {
      findings.add('foreign', () => `${receiver} got something on ${topic} that nobody sent`);
      continue;
    }
    const message = sent.get(idOf(mark));
    if (!message) findings.add('foreign', () => `${receiver} got ${idOf(mark)}, which was never sent`);
    else if (mark.tenant !== client?.tenant || message.topic !== topic || !hears.has(topic)) {
      findings.add('foreign', () => `${receiver} got ${idOf(mark)} of ${mark.tenant} on ${topic}`);
    }
  }
}

/**
 * Repetitions are counted; a message that comes for the first time must not come after a later one. A retained message is
 * no part of the stream: its publisher may still send again, in order, what came before it.
 */
function checkOrder(receiver: string, received: readonly Received[], findings: Findings): void {
  const seen = new Set<string>();
  const newest = new Map<string, number>();
  for (const { mark, topic, stored } of received) {
    if (!mark) continue;
    const id = idOf(mark);
    if (seen.has(id)) {
      findings.add('duplicated', () => `${receiver} got ${id} again`);
      continue;
    }
    seen.add(id);
    const stream = `${mark.publisher} ${topic}`;
    const last = newest.get(stream) ?? 0;
    if (mark.sequence < last) findings.add('reordered', () => `${receiver} got ${id} after ${last}`);
    else if (!stored) newest.set(stream, mark.sequence);
  }
}

type Windows = Required<Pick<CheckOptions, 'deathWindowMs' | 'drainedWindowMs'>>;

/** Every acknowledged message reached every eligible subscriber. */
function checkDelivery(history: History, windows: Windows, findings: Findings): void {
  const { cutOffs = [] } = history;
  const connections = groupBy(history.connections, ({ client }) => client);
  const received = groupBy(history.received, ({ receiver }) => receiver);
  const sentByTopic = groupBy(history.sent, ({ topic }) => topic);
  for (const { name, tenant, hears } of history.clients) {
    const got = new Set(received.get(name)?.map(({ mark }) => (mark ? idOf(mark) : '')));
    for (const topic of hears) {
      for (const message of sentByTopic.get(topic) ?? []) {
        // Tenants may use the same topic: it is not the same.
        if (message.tenant !== tenant || message.ackedAt === undefined || got.has(idOf(message))) continue;
        const fate = fateOf(message, message.ackedAt, connections.get(name) ?? [], windows, cutOffs);
        if (fate) findings.add(fate, () => `${name} did not get ${idOf(message)} on ${topic}`);
      }
    }
  }
}

/** What it means that a subscriber with these connections has not got this message; undefined: it was not eligible. */
function fateOf(
  message: Sent,
  ackedAt: number,
  connections: readonly Connection[],
  { deathWindowMs, drainedWindowMs }: Windows,
  cutOffs: readonly CutOff[],
) {
  const connection = connections.find(
    ({ subscribedAt, closedAt }) =>
      subscribedAt !== undefined &&
      subscribedAt <= message.sentAt &&
      (closedAt === undefined || closedAt > ackedAt),
  );
  if (!connection) return undefined;
  const { closedAt, end } = connection;
  if (closedAt === undefined) return 'lost';
  if (end === 'drained') return closedAt - ackedAt < drainedWindowMs ? 'diedWithConnection' : 'lost';
  if (closedAt - ackedAt <= deathWindowMs) return 'diedWithConnection';
  return cutOffs.some((cutOff) => wasLeftOut(cutOff, connection, ackedAt, closedAt - deathWindowMs))
    ? 'leftOut'
    : 'lost';
}

/** The others go on without a node 5 s after its last sign of life at the earliest; the last may be half a second old. */
const leftOutAfterMs = 4_500;

/** It was acknowledged after the others could go on without the subscriber's node, and that one has disconnected it in time. */
function wasLeftOut({ ports, from, until }: CutOff, { port }: Connection, ackedAt: number, endMs: number) {
  return port !== undefined && ports.includes(port) && ackedAt >= from + leftOutAfterMs && endMs <= until;
}

/** Nobody is served any more once the time allowed for a revocation is over. */
function checkRevocations(history: History, revocationMs: number, findings: Findings): void {
  for (const { client, answeredAt } of history.revocations) {
    const deadline = answeredAt + revocationMs;
    const late = (at: number | undefined) => at !== undefined && at > deadline;
    for (const { receiver, at, topic } of history.received) {
      if (receiver === client && late(at))
        findings.add('foreign', () => `${client} got ${topic} after its end`);
    }
    for (const { publisher, ackedAt, sequence } of history.sent) {
      if (publisher !== client || !late(ackedAt)) continue;
      findings.add('foreign', () => `${client} ${sequence} was acknowledged after its end`);
    }
    for (const { client: name, openedAt, closedAt } of history.connections) {
      if (name !== client || !(late(openedAt) || late(closedAt ?? Number.POSITIVE_INFINITY))) continue;
      findings.add('foreign', () => `${client} was connected after its end`);
    }
  }
}

/** A client that may connect is told to try again at most (CONNACK 3), never that it may not. */
function checkRefusals({ refusals, revocations }: History, findings: Findings): void {
  const revoked = new Set(revocations.map(({ client }) => client));
  for (const { client, code } of refusals) {
    if (code !== tryAgain && !revoked.has(client))
      findings.add('wrong', () => `${client} got CONNACK ${code}`);
  }
}

const tryAgain = 3;
const idOf = ({ publisher, sequence }: { publisher: string; sequence: number }) => `${publisher} ${sequence}`;

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
