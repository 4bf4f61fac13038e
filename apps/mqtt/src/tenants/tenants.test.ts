import type { Transport } from '@iotcore/engine';
import type { Principal } from '@iotcore/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TooManyLookupsError } from './tenant.ts';
import type { TenantLimits } from './tenant-limits.ts';
import { Tenants } from './tenants.ts';
import { wideLimits } from './testing/tenant-limits.ts';

const device = { kind: 'device', id: 'd1', registryId: 'r1' } as const;
const sibling = { kind: 'device', id: 'd2', registryId: 'r1' } as const;
const registry = { kind: 'registry', id: 'r1' } as const;
const foreigner = { kind: 'device', id: 'd3', registryId: 'r2' } as const;
const broker = { kind: 'broker', id: 'b1' } as const;

function setUp(limits: Partial<TenantLimits>) {
  const reached: string[] = [];
  const clock = { now: 5000 };
  const tenants = new Tenants(
    { ...wideLimits, ...limits },
    (limit, tenant) => reached.push(`${tenant} ${limit}`),
    () => clock.now,
  );
  const connect = (principal: Principal, clientId: string) => {
    const transport = {} as Transport;
    const { limit } = tenants.admit(transport, principal, clientId);
    return { limit, leave: () => tenants.closed(transport) };
  };
  return { tenants, connect, reached, clock };
}

describe('what tenants did', () => {
  const nothing = {
    ...{
      messagesReceived: 0,
      bytesReceived: 0,
      messagesSent: 0,
      bytesSent: 0,
      messagesDropped: 0,
      refused: 0,
    },
  };

  test('is told once, with those that are connected; of who did nothing there is nothing', () => {
    const { tenants, connect } = setUp({});
    const { leave } = connect(device, 'a');
    tenants.of(foreigner);
    expect(tenants.takeActivity()).toEqual([{ kind: 'registry', id: 'r1', ...nothing, connections: 1 }]);
    expect(tenants.takeActivity()).toEqual([]);
    const { traffic, activity } = tenants.of(sibling);
    Object.assign(traffic, { messagesIn: 2, bytesIn: 20, messagesOut: 3, bytesOut: 30, messagesDropped: 4 });
    activity.clientsRefused++;
    leave();
    expect(tenants.takeActivity()).toEqual([
      {
        ...{ kind: 'registry', id: 'r1', connections: 0, messagesReceived: 2, bytesReceived: 20 },
        ...{ messagesSent: 3, bytesSent: 30, messagesDropped: 4, refused: 1 },
      },
    ]);
    traffic.messagesIn++;
    tenants.of(broker).activity.clientsRefused++;
    expect(tenants.takeActivity()).toEqual([
      { kind: 'registry', id: 'r1', ...nothing, connections: 0, messagesReceived: 1 },
      { kind: 'broker', id: 'b1', ...nothing, connections: 0, refused: 1 },
    ]);
  });
});

describe('what a tenant did that was deleted', () => {
  test('is told of nobody, nor what its last sessions do; whoever has the ID next begins at zero', () => {
    const { tenants, connect } = setUp({ maxConnections: 0 });
    expect(connect(device, 'a').limit).toBe('connections');
    const former = tenants.of(device).traffic;
    former.messagesIn = 5;
    tenants.of(device).activity.clientsRefused++;
    tenants.of(foreigner).traffic.messagesIn = 1;
    tenants.of(broker).traffic.messagesIn = 2;

    tenants.gone('r1');
    tenants.gone('b1');
    tenants.gone('unknown');
    former.messagesOut++;
    tenants.of(device).traffic.messagesIn++;

    expect(tenants.of(device).limitsReached).toBe(0);
    expect(tenants.takeActivity()).toMatchObject([
      { id: 'r1', messagesReceived: 1, messagesSent: 0, refused: 0 },
      { id: 'r2', messagesReceived: 1 },
    ]);
  });

  test('leaves its places taken until its sessions have ended, and each is given back once', () => {
    const { tenants, connect } = setUp({});
    const { leave } = connect(device, 'a');
    tenants.gone('r1');
    expect(tenants.of(device).held.places).toBe(1);
    leave();
    expect(tenants.of(device).held.places).toBe(0);
  });
});

describe('what a tenant did that is forgotten', () => {
  const untold = (count: number, tenants: Tenants) => {
    for (let n = 0; n < count; n++) tenants.ofRegistry(`idle ${n}`);
    tenants.sweep();
  };

  test('is told first, and so is that the last of its connections has left', () => {
    const { tenants, connect } = setUp({});
    const { leave } = connect(device, 'a');
    tenants.takeActivity();
    tenants.of(foreigner).traffic.messagesIn += 3;
    leave();
    untold(3, tenants);
    expect(tenants.takeActivity()).toMatchObject([
      { id: 'r1', connections: 0 },
      { id: 'r2', messagesReceived: 3 },
    ]);
    untold(3, tenants);
    expect(tenants.size).toBe(0);
    expect(tenants.takeActivity()).toEqual([]);
  });
});

describe('the connections of a tenant that is silent', () => {
  test('are told again each hour, and not more often', () => {
    const { tenants, connect, clock } = setUp({});
    connect(device, 'a');
    const { leave } = connect(foreigner, 'a');
    tenants.takeActivity();
    leave();
    tenants.takeActivity();
    clock.now += 3_599_000;
    expect(tenants.takeActivity()).toEqual([]);
    clock.now += 1_000;
    expect(tenants.takeActivity()).toMatchObject([{ id: 'r1', connections: 1, messagesReceived: 0 }]);
    expect(tenants.takeActivity()).toEqual([]);
  });
});

describe('places of connections', () => {
  test('are refused to a principal beyond its limit, and given to its siblings', () => {
    const { connect, reached } = setUp({ maxConnectionsPerPrincipal: 2 });
    expect(connect(device, 'a').limit).toBeUndefined();
    expect(connect(device, 'b').limit).toBeUndefined();
    expect(connect(device, 'c').limit).toBe('connections_per_principal');
    expect(connect(sibling, 'c').limit).toBeUndefined();
    expect(connect(registry, 'c').limit).toBeUndefined();
    expect(reached).toEqual(['registry:r1 connections_per_principal']);
  });

  test('are refused to a tenant beyond its limit, and given to the others', () => {
    const { connect } = setUp({ maxConnections: 3 });
    for (const principal of [device, sibling, registry])
      expect(connect(principal, 'a').limit).toBeUndefined();
    expect(connect(sibling, 'b').limit).toBe('connections');
    expect(connect(foreigner, 'a').limit).toBeUndefined();
  });

  test('of the clients of a broker are counted against the limit of the tenant alone', () => {
    const { connect } = setUp({ maxConnectionsPerPrincipal: 1, maxConnections: 3 });
    for (const id of ['a', 'b', 'c']) expect(connect(broker, id).limit).toBeUndefined();
    expect(connect(broker, 'd').limit).toBe('connections');
  });

  test('are counted once for a client that takes over its own session at the limit', () => {
    const { connect } = setUp({ maxConnectionsPerPrincipal: 1, maxConnections: 1 });
    const old = connect(device, 'a');
    const fresh = connect(device, 'a');
    expect(fresh.limit).toBeUndefined();
    old.leave();
    expect(connect(device, 'b').limit).toBe('connections_per_principal');
    fresh.leave();
    expect(connect(device, 'b').limit).toBeUndefined();
  });

  test('are not held by refused connections, and given back once', () => {
    const { connect } = setUp({ maxConnectionsPerPrincipal: 1 });
    const first = connect(device, 'a');
    connect(device, 'b').leave();
    expect(connect(device, 'c').limit).toBe('connections_per_principal');
    first.leave();
    first.leave();
    expect(connect(device, 'd').limit).toBeUndefined();
    expect(connect(device, 'e').limit).toBe('connections_per_principal');
  });

  test('are not held by clients that left while their credentials were checked', () => {
    const { tenants, connect } = setUp({ maxConnectionsPerPrincipal: 1 });
    for (let n = 0; n < 10; n++) {
      const transport = {} as Transport;
      tenants.closed(transport);
      expect(tenants.admit(transport, device, `aborted ${n}`).limit).toBeUndefined();
    }
    expect(connect(device, 'patient').limit).toBeUndefined();
  });

  test('belong to principals and client IDs however these are named', () => {
    const { connect, tenants } = setUp({ maxConnections: 5 });
    for (const id of ['__proto__', 'constructor', 'a b', '']) {
      const odd = connect({ kind: 'device', id: 'x', registryId: '__proto__' }, id);
      expect(odd.limit).toBeUndefined();
      odd.leave();
    }
    tenants.sweep();
    expect(tenants.size).toBe(0);
  });
});

describe('the message rate', () => {
  test('refuses a message beyond it, says how long it must wait, and does not count it', () => {
    const { tenants, clock } = setUp({ messageRates: { ...wideLimits.messageRates, device: 10 } });
    const send = (times: number) => Array.from({ length: times }, () => tenants.of(device).excessMs(device));
    expect(send(10)).toEqual(Array(10).fill(0));
    expect(send(3)).toEqual([100, 100, 100]);
    clock.now += 99;
    expect(send(1)).toEqual([1]);
    clock.now += 1;
    expect(send(2)).toEqual([0, 100]);
  });

  test('is kept in the long run, whatever the pattern', () => {
    const { tenants, clock } = setUp({ messageRates: { ...wideLimits.messageRates, device: 10 } });
    let allowed = 0;
    for (let ms = 0; ms < 100_000; ms += 7) {
      clock.now += 7;
      for (let n = 0; n <= ms % 3; n++) if (tenants.of(device).excessMs(device) === 0) allowed++;
    }
    expect(allowed).toBeGreaterThanOrEqual(1000);
    expect(allowed).toBeLessThanOrEqual(1011);
  });

  test('lets one message through even if it is below one a second', () => {
    const { tenants } = setUp({ messageRates: { ...wideLimits.messageRates, device: 0.5 } });
    expect(tenants.of(device).excessMs(device)).toBe(0);
    expect(tenants.of(device).excessMs(device)).toBeGreaterThan(0);
  });

  test('counts each sender alone, and does not limit those without a rate', () => {
    const { tenants } = setUp({ messageRates: { ...wideLimits.messageRates, device: 1 } });
    const { excessMs } = { excessMs: (who: Principal) => tenants.of(who).excessMs(who) };
    expect(excessMs(device)).toBe(0);
    expect(excessMs(device)).toBeGreaterThan(0);
    expect(excessMs(sibling)).toBe(0);
    for (let n = 0; n < 100; n++) expect(excessMs(registry)).toBe(0);
  });

  test('outlives the connection of its sender, and nothing more of it once it is within the rate', () => {
    const { tenants, connect, clock } = setUp({ messageRates: { ...wideLimits.messageRates, device: 1 } });
    const connection = connect(device, 'a');
    tenants.of(device).excessMs(device);
    connection.leave();
    tenants.sweep();
    expect(tenants.of(device).excessMs(device)).toBeGreaterThan(0);
    clock.now += 1000;
    tenants.sweep();
    expect(tenants.size).toBe(0);
  });

  test('is limited for somebody only if a rate is set', () => {
    expect(setUp({}).tenants.limitRates).toBe(false);
    expect(setUp({ messageRates: { ...wideLimits.messageRates, broker: 1 } }).tenants.limitRates).toBe(true);
  });
});

describe('bytes, readers and look-ups of a tenant', () => {
  test('are refused beyond its limits, and given to others', async () => {
    const { tenants, reached } = setUp({
      ...{ maxWaitingBytes: 100, maxSubscriptionBytes: 100 },
      ...{ maxUnstoredBytes: 10, maxPendingLookups: 1 },
    });
    const [mine, other] = [tenants.of(device), tenants.of(foreigner)];
    expect(mine.takeWaitingBytes(100)).toBe(true);
    expect(mine.takeWaitingBytes(1)).toBe(false);
    expect(mine.takeSubscriptionBytes(100)).toBe(true);
    expect(mine.takeSubscriptionBytes(1)).toBe(false);
    expect(mine.takeUnstoredBytes(11)).toBe(false);
    const answer = Promise.withResolvers<string>();
    const pending = mine.lookUp(() => answer.promise);
    await expect(mine.lookUp(async () => 'never asked')).rejects.toBeInstanceOf(TooManyLookupsError);
    expect(other.takeWaitingBytes(100)).toBe(true);
    expect(other.takeSubscriptionBytes(100)).toBe(true);
    expect(await other.lookUp(async () => 'found')).toBe('found');
    answer.resolve('found');
    expect(await pending).toBe('found');
    expect(reached).toEqual(
      ['waiting_bytes', 'subscription_bytes', 'unstored_bytes', 'pending_lookups'].map(
        (l) => `registry:r1 ${l}`,
      ),
    );
  });

  test('lets one reader more begin when another has ended or given up', async () => {
    const { tenants } = setUp({ maxRetainedReaders: 1 });
    const tenant = tenants.of(device);
    const { signal } = new AbortController();
    const first = await tenant.takeRetainedReader(signal);
    const impatient = new AbortController();
    const second = tenant.takeRetainedReader(impatient.signal);
    const third = tenant.takeRetainedReader(signal);
    await (await tenants.of(foreigner).takeRetainedReader(signal))();
    impatient.abort(new Error('session ended'));
    await expect(second).rejects.toThrow('session ended');
    first();
    first();
    const last = await third;
    expect(tenant.held).toMatchObject({ retainedReaders: 1, retainedReadersWaiting: 0 });
    last();
    expect(tenant.isIdle).toBe(true);
  });
});

describe('whatever connections do', () => {
  const principals: Principal[] = [device, sibling, registry, foreigner, broker];
  const step = fc.record({
    connection: fc.nat(7),
    action: fc.constantFrom(
      ...['check', 'answer', 'close', 'wait', 'subscribe', 'read', 'abort', 'store', 'look up'],
    ),
    principal: fc.constantFrom(...principals),
    clientId: fc.constantFrom('a', 'b', ''),
    bytes: fc.nat(60),
  });

  test('every counter is zero when all have closed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80, size: 'max' }), async (steps) => {
        const { tenants } = setUp({
          ...{ maxConnectionsPerPrincipal: 2, maxConnections: 3, maxRetainedReaders: 1 },
          ...{ maxWaitingBytes: 100, maxSubscriptionBytes: 100 },
          ...{ maxUnstoredBytes: 100, maxPendingLookups: 2 },
        });
        const everyTenant = principals.map((principal) => tenants.of(principal));
        const connections = Array.from({ length: 8 }, () => open(tenants));
        for (const { connection, action, ...with_ } of steps) {
          const one = connections[connection] as Connection;
          if (one.isOver) connections[connection] = open(tenants);
          else one.act(action, with_);
          await Promise.resolve();
        }
        for (const one of connections) one.act('close', { principal: device, clientId: '', bytes: 0 });
        await new Promise(setImmediate);
        for (const tenant of everyTenant)
          expect(Object.values(tenant.held)).toEqual(Object.values(tenant.held).map(() => 0));
        tenants.sweep();
        expect(tenants.size).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});

interface Step {
  readonly principal: Principal;
  readonly clientId: string;
  readonly bytes: number;
}
type Connection = ReturnType<typeof open>;

/** A connection that takes what it can get, and gives back what it took itself when it closes. */
function open(tenants: Tenants) {
  const transport = {} as Transport;
  const ending = new AbortController();
  const owed: (() => void)[] = [];
  let checking: Step | undefined;
  let admitted: ReturnType<Tenants['of']> | undefined;
  let closed = false;

  function answer(step: Step) {
    checking = undefined;
    const admission = tenants.admit(transport, step.principal, step.clientId);
    if (admission.limit !== undefined) close();
    else if (!closed) admitted = admission.tenant;
  }
  function close() {
    if (closed) return;
    closed = true;
    ending.abort();
    for (const giveBack of owed) giveBack();
    // The answer to the check of its credentials may still come.
    const late = checking;
    tenants.closed(transport);
    if (late) answer(late);
  }
  return {
    get isOver() {
      return closed;
    },
    act(action: string, step: Step) {
      if (action === 'close') close();
      else if (action === 'check' && !checking && !admitted) checking = step;
      else if (action === 'answer' && checking) answer(checking);
      const tenant = admitted;
      if (!tenant) return;
      if (action === 'wait' && tenant.takeWaitingBytes(step.bytes))
        owed.push(() => tenant.giveWaitingBytes(step.bytes));
      if (action === 'subscribe' && tenant.takeSubscriptionBytes(step.bytes))
        owed.push(() => tenant.giveSubscriptionBytes(step.bytes));
      if (action === 'store' && tenant.takeUnstoredBytes(step.bytes))
        owed.push(() => tenant.giveUnstoredBytes(step.bytes));
      if (action === 'look up') {
        const answered = Promise.withResolvers<void>();
        tenant.lookUp(() => answered.promise).catch(() => undefined);
        owed.push(answered.resolve);
      }
      if (action === 'read')
        tenant.takeRetainedReader(ending.signal).then(
          (giveBack) => (closed ? giveBack() : owed.push(giveBack)),
          () => undefined,
        );
      if (action === 'abort') owed.pop()?.();
    },
  };
}
