import { type Duplex, duplexPair } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Principal, TestHost } from '../behaviour/testing/host.ts';
import { connect, disconnect, publish, subscribe } from '../behaviour/testing/packets.ts';
import { testLimits } from '../behaviour/testing/server.ts';
import {
  ConnackCode,
  type ConnectResult,
  type Engine,
  type RetainedMessage,
  type TenantBudget,
  type Transport,
} from '../port.ts';
import { reasonOf } from '../reasons.ts';
import { createNativeEngine } from './index.ts';

/** What a host counts for one tenant. */
class CountingTenant implements TenantBudget {
  waitingBytes = 0;
  subscriptionBytes = 0;
  readers = 0;
  readonly takeWaitingBytes = (bytes: number) => {
    if (bytes < 0) throw new RangeError('negative');
    this.waitingBytes += bytes;
    return true;
  };
  readonly giveWaitingBytes = (bytes: number) => {
    if (bytes < 0 || bytes > this.waitingBytes) throw new RangeError('more than was taken');
    this.waitingBytes -= bytes;
  };
  readonly takeSubscriptionBytes = (bytes: number) => {
    if (bytes < 0) throw new RangeError('negative');
    this.subscriptionBytes += bytes;
    return true;
  };
  readonly giveSubscriptionBytes = (bytes: number) => {
    if (bytes < 0 || bytes > this.subscriptionBytes) throw new RangeError('more than was taken');
    this.subscriptionBytes -= bytes;
  };
  readonly takeRetainedReader = async () => {
    this.readers++;
    return () => {
      this.readers--;
    };
  };
}

/** Answers CONNECTs when it is told to, and counts what each connection takes. */
class CountingHost extends TestHost {
  readonly tenant = new CountingTenant();
  readonly over: Transport[] = [];
  readonly unanswered: {
    readonly transport: Transport;
    settle(answer: ConnectResult<Principal> | Error): void;
  }[] = [];
  /** Connections that have a place: taken when a client is let in, given back by `closed`. */
  readonly places = new Set<Transport>();
  readonly problems: string[] = [];

  override onConnect = ({ transport }: { readonly transport: Transport }) =>
    new Promise<ConnectResult<Principal>>((resolve, reject) => {
      const settle = (answer: ConnectResult<Principal> | Error) => {
        if (this.over.includes(transport)) this.problems.push('closed was told before connect had settled');
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
        if (!(answer instanceof Error) && answer.accepted) this.places.add(transport);
      };
      this.unanswered.push({ transport, settle });
    });

  override onRetained = () => somethingRetained();

  readonly closed = (transport: Transport) => {
    if (this.over.includes(transport)) this.problems.push('closed was told twice');
    if (this.unanswered.some((question) => question.transport === transport))
      this.problems.push('closed was told before connect had settled');
    this.over.push(transport);
    this.places.delete(transport);
  };
}

/** What every filter finds, each after a tick. */
async function* somethingRetained(): AsyncGenerator<RetainedMessage> {
  for (const topic of ['one', 'another']) {
    await settled();
    yield { topic, payload: Buffer.from('kept'), qos: 1, version: 1 };
  }
}

interface Clients {
  readonly host: CountingHost;
  readonly engine: Engine<Principal>;
  readonly clients: { readonly client: Duplex; readonly served: Duplex }[];
}

const clientIds = ['a', 'b', 'c'];

type Step =
  | { readonly do: 'open' }
  | { readonly do: 'connect'; readonly which: number; readonly clientId: string }
  | { readonly do: 'send' | 'end' | 'reset' | 'stall'; readonly which: number }
  | { readonly do: 'accept' | 'refuse' | 'fail'; readonly which: number }
  | { readonly do: 'throw out' };

const which = fc.nat({ max: 20 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Step>({ do: 'open' }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('connect' as const),
      which,
      clientId: fc.constantFrom(...clientIds),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('send' as const, 'end' as const, 'reset' as const, 'stall' as const),
      which,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('accept' as const, 'accept' as const, 'refuse' as const, 'fail' as const),
      which,
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'throw out' }) },
);

function take(step: Step, { host, engine, clients }: Clients): void {
  switch (step.do) {
    case 'open': {
      const [client, served] = duplexPair();
      for (const side of [client, served]) side.on('error', () => {});
      client.resume();
      engine.accept(served, {
        secure: false,
        remoteAddress: '192.0.2.1',
        remotePort: clients.length,
        peerCertificate: () => undefined,
      });
      clients.push({ client, served });
      return;
    }
    case 'throw out':
      engine.disconnect(() => true, reasonOf('thrown out'));
      return;
    case 'accept':
    case 'refuse':
    case 'fail': {
      const [question] = host.unanswered.splice(step.which % Math.max(host.unanswered.length, 1), 1);
      if (step.do === 'accept')
        question?.settle({ accepted: true, principal: 'me', scope: 'me', tenant: host.tenant });
      else if (step.do === 'refuse')
        question?.settle({
          accepted: false,
          code: ConnackCode.notAuthorized,
          reason: reasonOf('refused'),
        });
      else question?.settle(new Error('away'));
      return;
    }
    default: {
      const one = clients[step.which % Math.max(clients.length, 1)];
      if (one === undefined || one.client.writableEnded || one.client.destroyed) return;
      if (step.do === 'connect') one.client.write(connect({ clientId: step.clientId, username: 'me' }));
      else if (step.do === 'send')
        one.client.write(
          Buffer.concat([subscribe(1, ['#', 1]), publish('x', Buffer.alloc(40_000), 1), disconnect]),
        );
      else if (step.do === 'stall') {
        one.client.pause();
        one.client.write(Buffer.concat([subscribe(1, ['#', 1]), publish('x', Buffer.alloc(40_000), 1)]));
      } else if (step.do === 'end') one.client.end();
      else one.served.destroy(new Error('reset'));
    }
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A client whose credentials the host is to check. */
async function connecting(): Promise<Clients> {
  const host = new CountingHost();
  const fixture: Clients = { host, engine: createNativeEngine<Principal>(host, testLimits), clients: [] };
  take({ do: 'open' }, fixture);
  take({ do: 'connect', which: 0, clientId: 'a' }, fixture);
  while (host.unanswered.length === 0) await settled();
  return fixture;
}

describe('closed', () => {
  test('is told exactly once for every transport, last, and every counter is at zero then, in whatever order connections open, are aborted, are refused, are taken over and end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(step, fc.boolean()), { maxLength: 60, size: 'max' }),
        async (steps) => {
          const host = new CountingHost();
          const engine = createNativeEngine<Principal>(host, {
            ...testLimits,
            maxInflightMessages: 1,
            maxQueuedBytes: 100_000,
          });
          const fixture: Clients = { host, engine, clients: [] };
          for (const [one, isWaitedFor] of steps) {
            take(one, fixture);
            if (isWaitedFor) await settled();
          }
          for (const { served } of fixture.clients) served.destroy();
          for (const question of host.unanswered.splice(0)) question.settle(new Error('the end'));
          await engine.close(reasonOf('the end'));
          // A page that is being read keeps its place until it has been found.
          for (let n = 0; n < 2 || (n < 100 && host.tenant.readers > 0); n++) await settled();

          expect(host.problems).toEqual([]);
          expect(host.over).toHaveLength(fixture.clients.length);
          expect(host.places.size).toBe(0);
          expect(host.tenant).toMatchObject({ waitingBytes: 0, subscriptionBytes: 0, readers: 0 });
          expect(host.told('connected')).toHaveLength(host.told('disconnected').length);
          expect(engine.stats()).toMatchObject({ sessions: 0, subscriptions: 0 });
        },
      ),
      { numRuns: 200 },
    );
  });

  test('is not told before the host has answered, if the client went while its credentials were checked', async () => {
    const fixture = await connecting();
    const { host, engine } = fixture;
    take({ do: 'reset', which: 0 }, fixture);
    for (let n = 0; n < 5; n++) await settled();
    expect(host.over).toEqual([]);

    take({ do: 'accept', which: 0 }, fixture);
    for (let n = 0; n < 5; n++) await settled();

    expect(host.over).toHaveLength(1);
    expect(host.places.size).toBe(0);
    expect(host.told('connected')).toEqual([]);
    await engine.close(reasonOf('the end'));
  });

  test('leaves no reader behind that held its place while its client went', async () => {
    const fixture = await connecting();
    const { host, engine } = fixture;
    take({ do: 'accept', which: 0 }, fixture);
    take({ do: 'stall', which: 0 }, fixture);
    while (host.tenant.readers === 0) await settled();
    take({ do: 'reset', which: 0 }, fixture);
    while (host.over.length === 0) await settled();
    await engine.close(reasonOf('the end'));

    expect(host.tenant.readers).toBe(0);
  });
});
