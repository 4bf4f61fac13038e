import type { Transport } from '@iotcore/engine';
import type { Principal } from '@iotcore/model';
import { describe, expect, it } from 'vitest';
import { ConnectionQuotas } from './connection-quotas.ts';

const device = { kind: 'device', id: 'd1', registryId: 'r1' } as const;
const sibling = { kind: 'device', id: 'd2', registryId: 'r1' } as const;
const registry = { kind: 'registry', id: 'r1' } as const;
const foreigner = { kind: 'device', id: 'd3', registryId: 'r2' } as const;
const broker = { kind: 'broker', id: 'b1' } as const;

function setUp(maxPerPrincipal: number, maxPerTenant: number) {
  const quotas = new ConnectionQuotas({ maxPerPrincipal, maxPerTenant });
  const connect = (principal: Principal, clientId: string) => {
    const transport = {} as Transport;
    const reached = quotas.take(transport, principal, clientId);
    return { reached, leave: () => quotas.leave(transport) };
  };
  return { connect };
}

describe('ConnectionQuotas', () => {
  it('refuses a principal beyond its limit, and serves its siblings', () => {
    const { connect } = setUp(2, 10);
    expect(connect(device, 'a').reached).toBeUndefined();
    expect(connect(device, 'b').reached).toBeUndefined();
    expect(connect(device, 'c').reached).toBe('connections of the principal');
    expect(connect(sibling, 'c').reached).toBeUndefined();
    expect(connect(registry, 'c').reached).toBeUndefined();
  });

  it('refuses a tenant beyond its limit, and serves the others', () => {
    const { connect } = setUp(2, 3);
    for (const principal of [device, sibling, registry])
      expect(connect(principal, 'a').reached).toBeUndefined();
    expect(connect(sibling, 'b').reached).toBe('connections of the tenant');
    expect(connect(foreigner, 'a').reached).toBeUndefined();
  });

  it('counts the clients of a broker against the limit of the tenant alone', () => {
    const { connect } = setUp(1, 3);
    for (const id of ['a', 'b', 'c']) expect(connect(broker, id).reached).toBeUndefined();
    expect(connect(broker, 'd').reached).toBe('connections of the tenant');
  });

  it('lets a client take over its own session at the limit, and counts the two once', () => {
    const { connect } = setUp(1, 1);
    const old = connect(device, 'a');
    const fresh = connect(device, 'a');
    expect(fresh.reached).toBeUndefined();
    old.leave();
    expect(connect(device, 'b').reached).toBe('connections of the principal');
    fresh.leave();
    expect(connect(device, 'b').reached).toBeUndefined();
  });

  it('takes no place for who was refused, and gives back none that was not taken', () => {
    const { connect } = setUp(1, 2);
    const first = connect(device, 'a');
    connect(device, 'b').leave();
    expect(connect(device, 'c').reached).toBe('connections of the principal');
    first.leave();
    first.leave();
    expect(connect(device, 'd').reached).toBeUndefined();
    expect(connect(device, 'e').reached).toBe('connections of the principal');
  });

  it('takes client IDs and IDs of resources for what they are, however they are named', () => {
    const { connect } = setUp(1, 5);
    for (const id of ['__proto__', 'constructor', 'a b', '']) {
      const odd = connect({ kind: 'device', id: 'x', registryId: 'r9' }, id);
      expect(odd.reached).toBeUndefined();
      odd.leave();
    }
  });
});
