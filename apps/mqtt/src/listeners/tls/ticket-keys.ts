/**
 * The key of the session tickets of TLS. Resumption saves a small device seconds of arithmetic, so tickets are good for as
 * long as their key; a stolen key is worth no more than this. There is one key at a time (Node offers no second), so whoever
 * comes back after a change makes one full handshake. Processes that share a port share a secret, and so their keys: a device
 * that comes back is served by any of them.
 */
import { hkdfSync, randomBytes } from 'node:crypto';
import { type Secret, systemClock } from '@iotcore/process';

export const ticketKeysLifetimeMs = 12 * 60 * 60 * 1000;
const ticketKeysBytes = 48;
/** How often processes that share their keys look whether it is time for the next. */
const lookMs = 60_000;

/** Calls `set` with the first key now, and with the next ones when it is time. Answers what ends that. */
export function keepTicketKeys(
  secret: Secret | undefined,
  set: (keys: Buffer) => void,
  now: () => number = () => systemClock.date().getTime(),
): () => void {
  if (secret === undefined) {
    set(randomTicketKeys());
    const timer = setInterval(() => set(randomTicketKeys()), ticketKeysLifetimeMs).unref();
    return () => clearInterval(timer);
  }
  let period = Math.floor(now() / ticketKeysLifetimeMs);
  set(keysOf(secret, period));
  const timer = setInterval(() => {
    const current = Math.floor(now() / ticketKeysLifetimeMs);
    if (current === period) return;
    period = current;
    set(keysOf(secret, period));
  }, lookMs).unref();
  return () => clearInterval(timer);
}

export function randomTicketKeys(): Buffer {
  return randomBytes(ticketKeysBytes);
}

function keysOf(secret: Secret, period: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret.reveal(), '', `session tickets ${period}`, ticketKeysBytes));
}
