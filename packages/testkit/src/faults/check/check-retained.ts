import type { Sent } from '../history.ts';
import { type CheckResult, Findings } from './check-result.ts';

/** A retained message as a new subscriber got it. */
export interface ReadBack {
  readonly topic: string;
  readonly mark:
    | { readonly publisher: string; readonly sequence: number; readonly tenant: string }
    | undefined;
}

/**
 * Permanent topics after a fault: each holds its last acknowledged message, or a later one that was sent and not
 * acknowledged; never an older one, none, or one of another tenant. Each topic has one publisher.
 */
export function checkRetained(
  tenant: string,
  sent: readonly Sent[],
  readBack: readonly ReadBack[],
): CheckResult {
  const findings = new Findings();
  const found = new Map(readBack.map((message) => [message.topic, message]));
  const lastAcked = new Map<string, number>();
  for (const { topic, sequence, ackedAt } of sent) {
    if (ackedAt !== undefined) lastAcked.set(topic, Math.max(sequence, lastAcked.get(topic) ?? 0));
  }
  for (const [topic, sequence] of lastAcked) {
    const stored = found.get(topic)?.mark?.sequence ?? 0;
    if (stored < sequence)
      findings.add('lost', () => `${topic} holds ${stored}, ${sequence} was acknowledged`);
  }
  const written = new Set(sent.map(({ topic, publisher, sequence }) => `${topic} ${publisher} ${sequence}`));
  for (const { topic, mark } of readBack) {
    const known = mark?.tenant === tenant && written.has(`${topic} ${mark.publisher} ${mark.sequence}`);
    if (!known) findings.add('foreign', () => `${topic} holds what its publisher never sent`);
  }
  return findings.result();
}
