import type {
  ConnectClaim,
  ConnectRequest,
  ConnectResult,
  DropReason,
  EngineHost,
  PublishRoute,
  Qos,
  Reason,
  RetainedMessage,
  RouteTap,
  SessionInfo,
  SubscriptionGrant,
  Transport,
} from '../../port.ts';

/** The principal is the user name; its scope too. */
export type Principal = string;

/** What an engine told, in order. */
export type HostEvent =
  | { readonly kind: 'connected'; readonly clientId: string; readonly principal: Principal }
  | { readonly kind: 'disconnected'; readonly clientId: string; readonly reason: string }
  | { readonly kind: 'refused'; readonly claim: ConnectClaim | undefined; readonly reason: string }
  | { readonly kind: 'subscriptionsRefused'; readonly filters: readonly string[] }
  | { readonly kind: 'dropped'; readonly clientId: string; readonly reason: DropReason };

/** A message that a route's logs got. */
export interface Recorded {
  readonly principal: Principal;
  /** `log:topic` */
  readonly names: readonly string[];
  readonly payload: string;
  readonly qos: Qos;
}

type Kind = HostEvent['kind'];
type EventOf<K extends Kind> = Extract<HostEvent, { kind: K }>;

/**
 * A host with simple rules, each of which a test may replace. Every client is accepted, and may publish and receive everything,
 * in one namespace, except what begins with `forbidden`. What begins with `permanent/` is retained.
 */
export class TestHost implements EngineHost<Principal> {
  readonly events: HostEvent[] = [];
  /** Topics and filters that were asked for, in order. */
  readonly routesAsked: string[] = [];
  readonly grantsAsked: string[] = [];
  readonly kept = new Map<string, Buffer>();
  publications = 0;
  subscribes = 0;
  #wake: (() => void)[] = [];

  onConnect = async (request: ConnectRequest): Promise<ConnectResult<Principal>> => {
    const principal = request.username ?? 'anyone';
    return { accepted: true, principal, scope: principal };
  };
  onRoute = (_principal: Principal, topic: string): ReturnType<EngineHost<Principal>['route']> =>
    topic.startsWith('forbidden') ? undefined : openRoute(topic);
  onGrant = (_principal: Principal, filter: string): ReturnType<EngineHost<Principal>['grant']> =>
    filter.startsWith('forbidden') ? undefined : openGrant(filter);
  onRetain = async (_topic: string, _payload: Buffer): Promise<void> => {};
  onRetained = (_principal: Principal, _filter: string): AsyncIterable<RetainedMessage> | undefined =>
    undefined;
  onRecord = (_recorded: Recorded): Promise<void> | undefined => undefined;
  /** What was recorded, in order. */
  readonly recorded: Recorded[] = [];
  /** Absent unless a test sets it: no rate is limited. */
  excessMs?: () => number;

  connect(request: ConnectRequest): Promise<ConnectResult<Principal>> {
    return this.onConnect(request);
  }
  route(principal: Principal, topic: string): PublishRoute | undefined | Promise<PublishRoute | undefined> {
    this.routesAsked.push(topic);
    return this.onRoute(principal, topic);
  }
  grant(
    principal: Principal,
    filter: string,
  ): SubscriptionGrant | undefined | Promise<SubscriptionGrant | undefined> {
    this.grantsAsked.push(filter);
    return this.onGrant(principal, filter);
  }
  async retain(retainAs: { namespace: string; topic: string }, payload: Buffer): Promise<undefined> {
    await this.onRetain(retainAs.topic, payload);
    this.kept.set(retainAs.topic, payload);
  }
  record(
    principal: Principal,
    taps: readonly RouteTap[],
    payload: Buffer,
    qos: Qos,
  ): Promise<void> | undefined {
    const names = taps.map(({ log, topic }) => `${log}:${topic}`);
    const recorded = { principal, names, payload: payload.toString(), qos };
    this.recorded.push(recorded);
    return this.onRecord(recorded);
  }
  retained(
    principal: Principal,
    filter: string,
    _signal?: AbortSignal,
  ): ReturnType<EngineHost<Principal>['retained']> {
    const messages = this.onRetained(principal, filter);
    return messages && pagesOfOne(messages);
  }

  connected({ clientId, principal }: SessionInfo<Principal>): void {
    this.#happened({ kind: 'connected', clientId, principal });
  }
  disconnected({ clientId }: SessionInfo<Principal>, reason: Reason): void {
    this.#happened({ kind: 'disconnected', clientId, reason: reason.text });
  }
  refused(_transport: Transport, claim: ConnectClaim | undefined, reason: Reason): void {
    this.#happened({ kind: 'refused', claim, reason: reason.text });
  }
  subscriptionsRefused(_session: SessionInfo<Principal>, filters: readonly string[]): void {
    this.#happened({ kind: 'subscriptionsRefused', filters });
  }
  dropped({ clientId }: SessionInfo<Principal>, reason: DropReason): void {
    this.#happened({ kind: 'dropped', clientId, reason });
  }
  published(): void {
    this.publications++;
  }
  subscribed(): void {
    this.subscribes++;
  }

  /** The events of one kind so far. */
  told<K extends Kind>(kind: K): EventOf<K>[] {
    return this.events.filter((event): event is EventOf<K> => event.kind === kind);
  }

  /** Waits for the nth event of a kind, from 1. */
  async nth<K extends Kind>(kind: K, n = 1): Promise<EventOf<K>> {
    for (;;) {
      const event = this.told(kind)[n - 1];
      if (event) return event;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  #happened(event: HostEvent): void {
    this.events.push(event);
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
  }
}

/** The route of a topic that any subscriber may receive. */
export function openRoute(topic: string, basis = { stale: false }): PublishRoute {
  const destinations = [{ namespace: 'all', topic }];
  if (topic.startsWith('permanent/')) return { destinations, basis, retainAs: { namespace: 'all', topic } };
  const length = topic.indexOf('/') + 1;
  return {
    destinations,
    basis,
    retainAs: undefined,
    prefix: length === 0 ? undefined : { length, maxRestBytes: 1_000 },
  };
}

export function openGrant(filter: string): SubscriptionGrant {
  return { filters: [{ namespace: 'all', filter }] };
}

async function* pagesOfOne(
  messages: AsyncIterable<RetainedMessage>,
): AsyncGenerator<readonly RetainedMessage[]> {
  for await (const message of messages) yield [message];
}
