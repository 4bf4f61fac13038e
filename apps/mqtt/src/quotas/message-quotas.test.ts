import { describe, expect, it } from 'vitest';
import { MessageQuotas } from './message-quotas.ts';

const device = { kind: 'device', id: 'd1', registryId: 'r1' } as const;
const sibling = { kind: 'device', id: 'd2', registryId: 'r1' } as const;
const registry = { kind: 'registry', id: 'r1' } as const;

function setUp(perSecond: number) {
  const clock = { now: 5000 };
  const quotas = new MessageQuotas(
    { device: perSecond, registry: undefined, broker: undefined },
    () => clock.now,
  );
  const send = (times: number) => Array.from({ length: times }, () => quotas.excessMs(device));
  return { quotas, clock, send };
}

describe('MessageQuotas', () => {
  it('refuses a message beyond the rate, says how long it must wait, and does not count it', () => {
    const { clock, send } = setUp(10);
    expect(send(10)).toEqual(Array(10).fill(0));
    expect(send(3)).toEqual([100, 100, 100]);
    clock.now += 99;
    expect(send(1)).toEqual([1]);
    clock.now += 1;
    expect(send(2)).toEqual([0, 100]);
  });

  it('allows the rate in the long run, whatever the pattern', () => {
    const { clock, send } = setUp(10);
    let allowed = 0;
    for (let ms = 0; ms < 100_000; ms += 7) {
      clock.now += 7;
      allowed += send(1 + (ms % 3)).filter((excess) => excess === 0).length;
    }
    expect(allowed).toBeGreaterThanOrEqual(1000);
    expect(allowed).toBeLessThanOrEqual(1011);
  });

  it('lets one message through even if the rate is below one a second', () => {
    const { send } = setUp(0.5);
    expect(send(1)).toEqual([0]);
    expect(send(1)[0]).toBeGreaterThan(0);
  });

  it('counts each sender alone, and leaves those without a rate alone', () => {
    const { quotas, send } = setUp(1);
    expect(send(2)[1]).toBeGreaterThan(0);
    expect(quotas.excessMs(sibling)).toBe(0);
    for (let n = 0; n < 100; n++) expect(quotas.excessMs(registry)).toBe(0);
  });

  it('tells whether there is any rate to watch', () => {
    expect(setUp(1).quotas.areSet).toBe(true);
    expect(new MessageQuotas({ device: undefined, registry: undefined, broker: undefined }).areSet).toBe(
      false,
    );
  });
});
