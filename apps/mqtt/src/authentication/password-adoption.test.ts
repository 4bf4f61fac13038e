import { OverloadedError } from '@iotcore/credentials';
import type { AdoptedPassword, PasswordAdoption, PasswordIdentity } from '@iotcore/store/data-plane';
import { describe, expect, test } from 'vitest';
import { refusals } from './authentication-result.ts';
import {
  type Adoption,
  adoptPassword,
  countAdoptionAttempts,
  type PasswordAdoptionParts,
} from './password-adoption.ts';

const endsAt = new Date('2026-06-01T12:00:00Z');
const strong = 'Strong-Password-1';
const device: PasswordIdentity = {
  principal: { kind: 'device', id: 'd1', registryId: 'r1' },
  disabled: false,
  passwords: [],
};
const registry: PasswordIdentity = {
  principal: { kind: 'registry', id: 'r1' },
  disabled: false,
  passwords: [],
};
const broker: PasswordIdentity = { principal: { kind: 'broker', id: 'b1' }, disabled: false, passwords: [] };

/** Registry r1 adopts from 192.0.2.0/24, twice a minute. */
function setUp(overrides: Partial<PasswordAdoptionParts> = {}) {
  const clock = { now: endsAt.getTime() - 3_600_000, steady: 0 };
  const rules = new Map<string, PasswordAdoption>([
    ['registry:r1', { endsAt, networks: ['192.0.2.0/24'], attemptsPerMinute: 2 }],
  ]);
  const stored: AdoptedPassword[] = [];
  const told: Adoption[] = [];
  let ids = 0;
  const parts: PasswordAdoptionParts = {
    attempts: countAdoptionAttempts(() => clock.steady),
    now: () => new Date(clock.now),
    hash: async () => 'hash',
    newPasswordId: () => `p${++ids}`,
    findAdoption: async (adopter) => rules.get(adopter),
    store: async (password) => {
      stored.push(password);
      return 'adopted';
    },
    adopted: (adoption) => told.push(adoption),
    ...overrides,
  };
  const adopt = (identity = device, password: string | Uint8Array = strong, address = '192.0.2.7') =>
    adoptPassword(parts, identity, Buffer.from(password), address);
  return { ...{ clock, rules, stored, told }, adopt };
}

describe('a first password is not adopted', () => {
  test('where nothing was switched on, for a disabled registry, or beside another password', async () => {
    const { adopt, stored } = setUp();
    for (const identity of [
      broker,
      { ...device, disabled: true },
      { ...device, passwords: [{ id: 'p', hash: 'h' }] },
      { ...device, principal: { kind: 'device', id: 'd2', registryId: 'r2' } as const },
    ]) {
      expect(await adopt(identity)).toBe('off');
    }
    expect(stored).toEqual([]);
  });

  test('from the moment of the end on, by our own clock', async () => {
    const { adopt, clock, stored } = setUp();
    clock.now = endsAt.getTime() - 1;
    expect(await adopt()).toEqual({ passwordId: 'p1' });
    clock.now = endsAt.getTime();
    expect(await adopt()).toBe('off');
    expect(stored).toHaveLength(1);
  });

  test('when it is empty, too long, or comes from elsewhere; that costs no attempt', async () => {
    const { adopt, stored } = setUp();
    for (let time = 0; time < 5; time++) {
      expect(await adopt(device, '')).toEqual({ refusal: refusals.adoptionEmpty });
      expect(await adopt(device, 'x'.repeat(1025))).toEqual({ refusal: refusals.adoptionTooLong });
      expect(await adopt(device, strong, '198.51.100.1')).toEqual({ refusal: refusals.adoptionOutside });
      expect(await adopt(device, strong, '::1')).toEqual({ refusal: refusals.adoptionOutside });
    }
    expect(stored).toEqual([]);
    expect(await adopt(device, 'x'.repeat(1024))).toEqual({ passwordId: 'p1' });
  });

  test('beyond the attempts of its address in a minute, which hold up no other address', async () => {
    const { adopt, clock } = setUp();
    expect([await adopt(), await adopt(registry)]).toEqual([{ passwordId: 'p1' }, { passwordId: 'p2' }]);
    expect(await adopt()).toEqual({ refusal: refusals.adoptionThrottled });
    expect(await adopt(device, strong, '192.0.2.8')).toEqual({ passwordId: 'p3' });
    clock.steady += 30_000;
    expect(await adopt()).toEqual({ passwordId: 'p4' });
    expect(await adopt()).toEqual({ refusal: refusals.adoptionThrottled });
  });

  test('beyond the attempts of its IPv6 network in a minute, whichever of its addresses it comes from', async () => {
    const { adopt, rules } = setUp();
    rules.set('registry:r1', { endsAt, networks: ['2001:db8::/32'], attemptsPerMinute: 1 });
    expect(await adopt(device, strong, '2001:db8::1')).toEqual({ passwordId: 'p1' });
    expect(await adopt(device, strong, '2001:db8::2')).toEqual({ refusal: refusals.adoptionThrottled });
    expect(await adopt(device, strong, '2001:db8:0:1::1')).toEqual({ passwordId: 'p2' });
  });

  test('by a later time than it was hashed at: the database checks the end again', async () => {
    const { adopt, clock, stored } = setUp({
      hash: async () => {
        clock.now = endsAt.getTime();
        return 'hash';
      },
    });
    await adopt();
    expect(stored[0]?.at).toEqual(endsAt);
  });
});

describe('an attempt that came to nothing', () => {
  test('for want of a database or of a free processor is not counted', async () => {
    let fail = true;
    const { adopt, told } = setUp({
      hash: async () => {
        if (fail) throw new OverloadedError('busy');
        return 'hash';
      },
    });
    for (let time = 0; time < 5; time++) await expect(adopt()).rejects.toThrow('busy');
    expect(told).toEqual([]);
    fail = false;
    expect(await adopt()).toEqual({ passwordId: 'p1' });
  });

  test('since another came first is looked at again', async () => {
    const { adopt, told } = setUp({ store: async () => 'changed meanwhile' });
    expect(await adopt()).toBe('changed meanwhile');
    expect(told).toEqual([]);
  });
});

describe('a password is adopted', () => {
  test('for a device, its registry, and a broker that adopts itself', async () => {
    const { adopt, rules, stored, told } = setUp();
    rules.set('broker:b1', { endsAt, networks: [], attemptsPerMinute: 60 });
    await adopt(device);
    await adopt(registry);
    await adopt(broker, strong, 'fe80::1%eth0');
    expect(stored.map(({ owner }) => owner.id)).toEqual(['d1', 'r1', 'b1']);
    expect(told[0]).toEqual({
      principal: device.principal,
      passwordId: 'p1',
      address: '192.0.2.7',
      anew: false,
      weakness: undefined,
    });
  });

  test.each([
    ['short', 'At least 14 characters.'],
    ['onlylowercaseletters', expect.stringMatching(/^At least three of/)],
    [Buffer.from([0xff, 0xfe]), 'Not text in UTF-8.'],
    [Buffer.alloc(20), expect.stringContaining('U+0000')],
  ])('with a warning if it is weak: %s', async (password, weakness) => {
    const { adopt, stored, told } = setUp();
    expect(await adopt(device, password)).toEqual({ passwordId: 'p1' });
    expect([stored[0]?.weakness, told[0]?.weakness]).toEqual([weakness, weakness]);
  });

  test('anew, and that is told', async () => {
    const { adopt, told } = setUp({ store: async () => 'adopted anew' });
    await adopt();
    expect(told[0]?.anew).toBe(true);
  });
});
