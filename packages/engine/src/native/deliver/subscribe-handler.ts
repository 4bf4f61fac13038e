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

type Answer = SubscriptionGrant | undefined | Promise<SubscriptionGrant | undefined>;
/** One of the packet's filters with the host's answer. */
interface Question<A> {
  readonly request: SubscribeRequest;
  answer: A;
}

/** What SUBSCRIBE does for the sessions of one engine. */
export class SubscribeHandler<P> {
  readonly #host: Pick<EngineHost<P>, 'grant' | 'subscriptionsRefused' | 'subscribed'>;
  readonly #maxSubscriptionsPerSession: number;
  readonly #slices: Slices;

  constructor(
    host: Pick<EngineHost<P>, 'grant' | 'subscriptionsRefused' | 'subscribed'>,
    { maxSubscriptionsPerSession }: Pick<EngineLimits, 'maxSubscriptionsPerSession'>,
    slices: Slices,
  ) {
    this.#host = host;
    this.#maxSubscriptionsPerSession = maxSubscriptionsPerSession;
    this.#slices = slices;
  }

  /** Subscribes to what is granted; tells the host. A promise if that takes longer than a slice, or the host is asked for. */
  subscribe(session: Session<P>, { requests }: SubscribePacket): Subscribed | Promise<Subscribed> {
    const questions = requests.map((request): Question<Answer> => ({ request, answer: undefined }));
    const asked = this.#askAll(session, questions);
    const answered = questions as Question<SubscriptionGrant | undefined>[];
    return asked === undefined
      ? this.#apply(session, answered)
      : asked.then(() => this.#apply(session, answered));
  }

  /** Beyond the session's bound filters are refused unasked. Undefined: every answer is there. */
  #askAll(session: Session<P>, questions: readonly Question<Answer>[]): Promise<unknown> | undefined {
    const welcome = new Set<string>();
    let room = this.#maxSubscriptionsPerSession - session.subscriptionCount;
    const pending: Promise<void>[] = [];
    const asked = this.#slices.each(questions, (question) => {
      const { filter } = question.request;
      if (!welcome.has(filter) && !session.hasSubscription(filter) && room-- <= 0) return;
      welcome.add(filter);
      const answer = this.#host.grant(session.principal, filter);
      question.answer = answer;
      if (answer instanceof Promise) pending.push(settle(question, answer));
    });
    if (asked !== undefined) return asked.then(() => Promise.all(pending));
    return pending.length > 0 ? Promise.all(pending) : undefined;
  }

  /** As if each filter had come in a packet of its own [MQTT-3.8.4-4]. */
  #apply(
    session: Session<P>,
    questions: readonly Question<SubscriptionGrant | undefined>[],
  ): Subscribed | Promise<Subscribed> {
    const granted: GrantedFilter[] = [];
    const refused: string[] = [];
    const codes: SubackCode[] = [];
    const pending: Promise<unknown>[] = [];
    const applied = this.#slices.each(questions, ({ request, answer }) => {
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
      if (session.isOpen && refused.length > 0) this.#host.subscriptionsRefused(session, refused);
      if (session.isOpen && granted.length > 0) this.#host.subscribed(session);
      return { codes, granted };
    };
    const known = () => (pending.length > 0 ? Promise.all(pending).then(tell) : tell());
    return applied === undefined ? known() : applied.then(known);
  }
}

/** A filter that cannot be checked is refused; the others stand. */
async function settle(
  question: Question<Answer>,
  answer: Promise<SubscriptionGrant | undefined>,
): Promise<void> {
  question.answer = await answer.catch(() => undefined);
}
