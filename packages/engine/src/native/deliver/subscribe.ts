/** SUBSCRIBE: every filter is put to the host, then each that is granted takes effect. Both a slice at a time. */
import {
  type SubackCode,
  type SubscribePacket,
  type SubscribeRequest,
  subscriptionRefused,
} from '../../codec/index.ts';
import type { EngineHost, EngineLimits, Qos, SubscriptionGrant } from '../../port.ts';
import type { Slices } from '../timing/slices.ts';
import type { GrantedFilter } from './retained-reader.ts';
import type { Session } from './session.ts';

export interface Subscribed {
  readonly codes: readonly SubackCode[];
  readonly granted: readonly GrantedFilter[];
}

/** What SUBSCRIBE takes of what the connections of an engine share. */
export interface SubscribeParts<P> {
  readonly host: Pick<EngineHost<P>, 'grant' | 'subscriptionsRefused' | 'subscribed'>;
  readonly limits: Pick<EngineLimits, 'maxSubscriptionsPerSession'>;
  readonly slices: Slices;
}

type Answer = SubscriptionGrant | undefined | Promise<SubscriptionGrant | undefined>;
/** One of the packet's filters with the host's answer. */
interface Question<A> {
  readonly request: SubscribeRequest;
  answer: A;
}

/** Subscribes to what is granted; tells the host. A promise if that takes longer than a slice, or the host is asked for. */
export function subscribe<P>(
  parts: SubscribeParts<P>,
  session: Session<P>,
  { requests }: SubscribePacket,
): Subscribed | Promise<Subscribed> {
  const questions = requests.map((request): Question<Answer> => ({ request, answer: undefined }));
  const asked = askAll(parts, session, questions);
  if (asked === undefined)
    return apply(parts, session, questions as Question<SubscriptionGrant | undefined>[]);
  return asked.then(() => apply(parts, session, questions as Question<SubscriptionGrant | undefined>[]));
}

/** Beyond the session's bound filters are refused unasked. Undefined: every answer is there. */
function askAll<P>(
  parts: SubscribeParts<P>,
  session: Session<P>,
  questions: readonly Question<Answer>[],
): Promise<unknown> | undefined {
  const { host, limits, slices } = parts;
  const welcome = new Set<string>();
  let room = limits.maxSubscriptionsPerSession - session.subscriptionCount;
  const pending: Promise<void>[] = [];
  const asked = slices.each(questions, (question) => {
    const { filter } = question.request;
    if (!welcome.has(filter) && !session.hasSubscription(filter) && room-- <= 0) return;
    welcome.add(filter);
    const answer = host.grant(session.principal, filter);
    question.answer = answer;
    if (answer instanceof Promise) pending.push(settle(question, answer));
  });
  if (asked !== undefined) return asked.then(() => Promise.all(pending));
  return pending.length > 0 ? Promise.all(pending) : undefined;
}

/** A filter that cannot be checked is refused; the others stand. */
async function settle(
  question: Question<Answer>,
  answer: Promise<SubscriptionGrant | undefined>,
): Promise<void> {
  question.answer = await answer.catch(() => undefined);
}

/** As if each filter had come in a packet of its own [MQTT-3.8.4-4]. */
function apply<P>(
  { host, slices }: SubscribeParts<P>,
  session: Session<P>,
  questions: readonly Question<SubscriptionGrant | undefined>[],
): Subscribed | Promise<Subscribed> {
  const granted: GrantedFilter[] = [];
  const refused: string[] = [];
  const codes: SubackCode[] = [];
  const pending: Promise<unknown>[] = [];
  const applied = slices.each(questions, ({ request, answer }) => {
    if (!session.isOpen) return;
    const qos: Qos = request.qos === 0 ? 0 : 1; // QoS 2 is granted as 1 [MQTT-3.8.4-6]
    const known = answer !== undefined && session.subscribe(request.filter, answer, qos);
    if (known === false) {
      session.unsubscribe(request.filter); // what it replaces is over all the same
      refused.push(request.filter);
      codes.push(subscriptionRefused);
      return;
    }
    if (known !== undefined) pending.push(known);
    granted.push({ filter: request.filter, qos });
    codes.push(qos);
  });
  const tell = () => {
    if (session.isOpen && refused.length > 0) host.subscriptionsRefused(session, refused);
    if (session.isOpen && granted.length > 0) host.subscribed(session);
    return { codes, granted };
  };
  const known = () => (pending.length > 0 ? Promise.all(pending).then(tell) : tell());
  return applied === undefined ? known() : applied.then(known);
}
