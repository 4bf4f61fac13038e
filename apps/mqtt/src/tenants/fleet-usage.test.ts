import type { Transport } from '@iotcore/engine';
import type { Principal } from '@iotcore/model';
import { describe, expect, test } from 'vitest';
import { FleetUsage } from './fleet-usage.ts';
import type { TenantLimits } from './tenant-limits.ts';
import { Tenants } from './tenants.ts';
import { wideLimits } from './testing/tenant-limits.ts';

const device = { kind: 'device', id: 'd1', registryId: 'r1' } as const;
const sibling = { kind: 'device', id: 'd2', registryId: 'r1' } as const;

/** So many nodes; a second passes when the test says so, and then each tells the others. */
function fleet(nodes: number, limits: Partial<TenantLimits>) {
  const clock = { now: 5_000 };
  const told: ReadonlyMap<string, number>[] = Array.from({ length: nodes }, () => new Map());
  const members = told.map((_, index) => {
    const usage = new FleetUsage({
      size: nodes,
      get usedByOthers() {
        const sum = new Map<string, number>();
        for (const [other, used] of told.entries())
          if (other !== index) for (const [key, n] of used) sum.set(key, (sum.get(key) ?? 0) + n);
        return sum;
      },
      tellUsage: (used) => {
        told[index] = used;
      },
    });
    const tenants = new Tenants(
      { ...wideLimits, ...limits },
      () => {},
      () => clock.now,
      usage,
    );
    let connections = 0;
    return {
      usage,
      connect: (principal: Principal) => {
        const transport = {} as Transport;
        const { limit } = tenants.admit(transport, principal, `client ${++connections}`);
        return { limit, leave: () => tenants.closed(transport) };
      },
      /** How many of so many messages are within the rate. */
      send: (principal: Principal, messages: number) => {
        let admitted = 0;
        for (let n = 0; n < messages; n++) if (tenants.of(principal).excessMs(principal) === 0) admitted++;
        return admitted;
      },
    };
  });
  const second = () => {
    clock.now += 1_000;
    for (const { usage } of members) usage.tell();
  };
  return { members, told, second };
}

describe('sessions', () => {
  test('of one device are counted over all nodes, once a second has passed', () => {
    const { members, second } = fleet(2, { maxConnectionsPerPrincipal: 5 });
    const [here, there] = members as [(typeof members)[0], (typeof members)[0]];
    const theirs = Array.from({ length: 4 }, () => there.connect(device));
    expect(theirs.every(({ limit }) => limit === undefined)).toBe(true);
    second();
    expect(here.connect(device).limit).toBeUndefined();
    expect(here.connect(device).limit).toBe('connections_per_principal');
    expect(here.connect(sibling).limit).toBeUndefined();
    theirs[0]?.leave();
    second();
    expect(here.connect(device).limit).toBeUndefined();
  });

  test('of a tenant are counted over all nodes', () => {
    const { members, second } = fleet(3, { maxConnections: 30 });
    for (const { connect } of members) for (let n = 0; n < 9; n++) connect(device);
    second();
    for (const { connect } of members.slice(0, 1)) for (let n = 0; n < 3; n++) connect(sibling);
    expect(members[0]?.connect(sibling).limit).toBe('connections');
    second();
    expect(members[2]?.connect(sibling).limit).toBe('connections');
  });

  test('a device may come to a node where it has none, whatever the others say: it may take over its own', () => {
    const { members, second } = fleet(2, { maxConnectionsPerPrincipal: 3 });
    for (let n = 0; n < 3; n++) members[0]?.connect(device);
    second();
    expect(members[1]?.connect(device).limit).toBeUndefined();
    expect(members[1]?.connect(device).limit).toBe('connections_per_principal');
  });

  test('that nobody has many of are not told of', () => {
    const { members, told, second } = fleet(2, { maxConnectionsPerPrincipal: 100 });
    for (let n = 0; n < 9; n++) members[0]?.connect(device);
    second();
    expect(told[0]?.size).toBe(0);
    members[0]?.connect(device);
    second();
    expect([...(told[0] ?? [])]).toEqual([['sessions registry:r1 device:d1', 10]]);
  });
});

describe('messages in a second', () => {
  const rates = { messageRates: { device: 100, registry: undefined, broker: undefined } };

  test('are as many for one node that sends alone as for a process without others', () => {
    const { members, second } = fleet(4, rates);
    for (let round = 0; round < 3; round++) {
      expect(members[0]?.send(device, 150)).toBe(100);
      second();
    }
  });

  test('are shared by nodes that all send, after the first second', () => {
    const { members, second } = fleet(4, rates);
    const sendAll = () => members.reduce((sum, { send }) => sum + send(device, 150), 0);
    expect(sendAll()).toBe(400);
    second();
    for (let round = 0; round < 4; round++) {
      expect(sendAll()).toBeLessThanOrEqual(110);
      second();
    }
  });

  test('are shared where each may send one only', () => {
    const { members, told, second } = fleet(2, {
      messageRates: { device: 1, registry: undefined, broker: undefined },
    });
    members[0]?.send(device, 5);
    second();
    expect([...(told[0] ?? []).values()]).toEqual([1]);
  });

  test('of others cost nobody anything', () => {
    const { members, second } = fleet(2, rates);
    members[0]?.send(device, 150);
    second();
    expect(members[1]?.send(sibling, 150)).toBe(100);
  });
});
