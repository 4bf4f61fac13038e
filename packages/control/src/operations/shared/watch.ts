/** Live views of registries, devices and brokers. */
import {
  LogEvent,
  MessageEvent,
  type ResourceNames,
  WatchLogsQuery,
  WatchMessagesQuery,
} from '@iotcore/contract';
import type { Clock } from '@iotcore/process';
import type { ControlStore } from '@iotcore/store/control';
import { defineStream, mutation, type Run } from '../../pipeline/operation.ts';
import type { Watcher } from '../../watch/watcher.ts';
import { type OwnerTarget, ownerIds, ownerStatusSubject } from './owner.ts';

interface WatchNeeds {
  readonly watcher: Watcher;
  readonly store: ControlStore;
  readonly clock: Clock;
}

export function watchOperations(names: ResourceNames) {
  const { noun, kind } = names;
  const common = {
    service: 'ObservationService',
    permission: 'view',
    ids: ownerIds(names),
    subject: ownerStatusSubject(names),
  } as const;
  return [
    defineStream({
      ...common,
      ...mutation(names, `Watch${noun}Messages`),
      summary: `Shows what a ${kind} hears, as server-sent events`,
      description:
        'Events: `message`, `refused`, `dropped`, `gap`, `ping`, `ended`. Nothing of the past is shown. At most 500 events a second; beyond, they are dropped and counted, and nobody is slowed. Payloads are shown to whoever may edit. It ends within a second of a change of the roles of the caller, of its credentials, or of the resource.',
      message: WatchMessagesQuery,
      output: MessageEvent,
      async run(run, { watcher, store, clock }: WatchNeeds) {
        const { input, target, access, signal } = run;
        const { filter, maxPayload } = input;
        const seesPayloads = access.may('edit', target.folderId);
        const events = await watcher.watch(
          {
            principal: { kind: target.kind, id: target.id },
            ...{ messages: true, refusals: true, log: false, filter },
            payloadBytes: seesPayloads ? maxPayload : undefined,
          },
          signal,
        );
        await recordWatch(run, store, clock.date(), {
          ...(filter !== undefined && { filter }),
          payloads: seesPayloads,
        });
        return events;
      },
    }),
    defineStream({
      ...common,
      ...mutation(names, `Watch${noun}Logs`),
      summary: `Shows the connection log of a ${kind} as it is written, as server-sent events`,
      description:
        'Events: `entry`, `dropped`, `gap`, `ping`, `ended`. Also lines that the log options leave out are shown. Bounds and end are those of `messages:watch`.',
      message: WatchLogsQuery,
      output: LogEvent,
      async run(run, { watcher, store, clock }: WatchNeeds) {
        const { target, signal } = run;
        const principal = { kind: target.kind, id: target.id };
        const events = await watcher.watch(
          { principal, messages: false, refusals: false, log: true },
          signal,
        );
        await recordWatch(run, store, clock.date(), {});
        return events;
      },
    }),
  ];
}

/** A caller that looks at the messages of others leaves an audit event. */
async function recordWatch(
  { target, auditedCall }: Run<unknown, OwnerTarget>,
  store: ControlStore,
  at: Date,
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { callerId, remoteIp, userAgent, requestId, eventType } = auditedCall();
  await store.recordEvents([
    {
      ...{ callerId, remoteIp, userAgent, requestId, eventType, details },
      at,
      folderId: target.folderId,
      resourceId: target.id,
      code: 0,
    },
  ]);
}
