/** Tells exports of events of clients. Best effort, like a message of QoS 0: nobody waits, and what cannot be kept is dropped and counted. */
import type { RouteTap } from '@iotcore/engine';
import { type ClientEvent, cutText, type Principal, refusalRule } from '@iotcore/model';
import { type Rate, TokenBuckets } from '@iotcore/process';
import type { ExportRecorder } from './export-recorder.ts';

/** What is known of an event; what is not is absent. */
export interface EventDetails {
  /** A code that never changes: why it disconnected or was refused. */
  readonly reason?: string;
  /** What a client wrote may stand in it. */
  readonly detail?: string;
  readonly address?: string;
  readonly tls?: boolean;
  readonly clientId?: string;
  /** Of a device that is silent: when it was heard last. */
  readonly since?: Date;
}

export type TellEvent = (event: ClientEvent, principal: Principal, details: EventDetails) => void;

export interface ClientEventsParts {
  tapsOf(principal: Principal, event: ClientEvent): readonly RouteTap[];
  readonly recorder: Pick<ExportRecorder, 'record' | 'drop'>;
  now(): Date;
}

/** Texts that a client chose are cut after this many characters, as in the table of refused clients. */
const mostTextCharacters = 512;
/** Of one device, registry or broker: a client that knows its ID can be refused as often as it likes, and an export is for more than that. */
const refusalRate: Rate = { perSecond: 1, burst: 20 };
/** That are counted at a time; the one that was not refused for longest is forgotten. */
const mostRefused = 10_000;

/** `steadyNow` in ms, for tests. */
export function createEventTeller(
  { tapsOf, recorder, now }: ClientEventsParts,
  steadyNow?: () => number,
): TellEvent {
  const refusals = new TokenBuckets(mostRefused, steadyNow);
  return (event, principal, details) => {
    const taps = tapsOf(principal, event);
    if (taps.length === 0) return;
    if (event === 'refused' && refusals.take(principal.id, refusalRate) > 0) {
      for (const { log } of taps) recorder.drop(log);
      return;
    }
    const payload = JSON.stringify({
      event,
      at: now(),
      ...idsOf(principal),
      ...details,
      rule: details.reason && refusalRule(details.reason),
      detail: details.detail && cutText(details.detail, mostTextCharacters),
      clientId: details.clientId && cutText(details.clientId, mostTextCharacters),
    });
    const deviceId = principal.kind === 'device' ? principal.id : '';
    void recorder.record(deviceId, taps, Buffer.from(payload), 0);
  };
}

function idsOf(principal: Principal): Readonly<Record<string, string>> {
  if (principal.kind === 'device') return { registryId: principal.registryId, deviceId: principal.id };
  return principal.kind === 'registry' ? { registryId: principal.id } : { brokerId: principal.id };
}
