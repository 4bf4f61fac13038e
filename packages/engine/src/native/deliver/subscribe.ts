/** SUBSCRIBE: the host is asked for every filter, then all that are granted take effect at once. */
import {
  type SubackCode,
  type SubscribePacket,
  type SubscribeRequest,
  subscriptionRefused,
} from '../../codec/index.ts';
import type { EngineHost, Qos, SubscriptionGrant } from '../../port.ts';
import type { Session } from './session.ts';

/** The host's answers, in the order of the requests. */
export type Grants = readonly (SubscriptionGrant | undefined)[];

export interface Subscribed {
  readonly codes: readonly SubackCode[];
  readonly granted: readonly { readonly filter: string; readonly qos: Qos }[];
}

/** Asks for each filter; beyond the session's bound they are refused unasked. A promise only if the host gave one. */
export function authorizeSubscribe<P>(
  host: Pick<EngineHost<P>, 'grant'>,
  session: Session<P>,
  packet: SubscribePacket,
  maxSubscriptions: number,
): Grants | Promise<Grants> {
  const welcome = welcomeFilters(session, packet.requests, maxSubscriptions);
  const answers = packet.requests.map(({ filter }) =>
    welcome.has(filter) ? host.grant(session.principal, filter) : undefined,
  );
  if (!answers.some((answer) => answer instanceof Promise)) return answers as Grants;
  // A filter that the host fails to answer for is refused; the others stand.
  return Promise.all(answers.map((answer) => Promise.resolve(answer).catch(() => undefined)));
}

function welcomeFilters<P>(
  session: Session<P>,
  requests: readonly SubscribeRequest[],
  max: number,
): Set<string> {
  const welcome = new Set<string>();
  let room = max - session.subscriptionCount;
  for (const { filter } of requests) {
    if (welcome.has(filter)) continue;
    if (session.hasSubscription(filter)) welcome.add(filter);
    else if (room-- > 0) welcome.add(filter);
  }
  return welcome;
}

/** Subscribes to what is granted, as if each filter had come in a packet of its own [MQTT-3.8.4-4]; tells the host. */
export function applyGrants<P>(
  host: Pick<EngineHost<P>, 'subscriptionsRefused' | 'subscribed'>,
  session: Session<P>,
  packet: SubscribePacket,
  grants: Grants,
): Subscribed {
  const granted: { filter: string; qos: Qos }[] = [];
  const refused: string[] = [];
  const codes = packet.requests.map((request, i): SubackCode => {
    const grant = grants[i];
    if (!grant) {
      session.unsubscribe(request.filter); // what it replaces is over all the same
      refused.push(request.filter);
      return subscriptionRefused;
    }
    const qos: Qos = request.qos === 0 ? 0 : 1; // QoS 2 is granted as 1 [MQTT-3.8.4-6]
    session.subscribe(request.filter, grant, qos);
    granted.push({ filter: request.filter, qos });
    return qos;
  });
  if (refused.length > 0) host.subscriptionsRefused(session, refused);
  if (granted.length > 0) host.subscribed(session);
  return { codes, granted };
}
