/**
 * Events of clients, as exports see them: one connected, disconnected, was refused, or fell silent. They have topics that nobody can
 * publish or subscribe to, so that an export takes either messages or events: its filter says which.
 */
import { matches } from '../names/syntax.ts';

export const clientEvents = ['connected', 'disconnected', 'refused', 'silent'] as const;
export type ClientEvent = (typeof clientEvents)[number];

const root = '$events/';

export function eventTopic(event: ClientEvent): string {
  return root + event;
}

export function isEventFilter(filter: string): boolean {
  return filter.startsWith(root);
}

/** What is wrong with a filter of events, for people. */
export function checkEventFilter(filter: string): string | undefined {
  if (clientEvents.some((event) => matches(filter, eventTopic(event)))) return undefined;
  return `Events are ${root}# or one of ${clientEvents.map(eventTopic).join(', ')}.`;
}

/** Does an export with this source take such an event of a client? `ofDevice`: its ID; undefined: it is no device. */
export function takesEvent(
  source: { readonly deviceId?: string | undefined; readonly mqttTopicFilter?: string | undefined },
  event: ClientEvent,
  ofDevice: string | undefined,
): boolean {
  const { deviceId, mqttTopicFilter: filter } = source;
  if (filter === undefined || (deviceId !== undefined && deviceId !== ofDevice)) return false;
  return matches(filter, eventTopic(event));
}
