import { describe, expect, test } from 'vitest';
import { LoginThrottle } from './login-throttle.ts';

const here = '192.0.2.1';

function setUp() {
  const clock = { now: 1000 };
  const throttle = new LoginThrottle(() => clock.now);
  /** Tries and fails until it is held up; how often it could try. */
  const guess = (attempts: number, address: (n: number) => string, username: (n: number) => string) => {
    let tried = 0;
    for (let n = 0; n < attempts; n++) {
      const attempt = throttle.admit(address(n), username(n));
      if (!attempt) continue;
      attempt.fail();
      tried++;
    }
    return tried;
  };
  return { clock, throttle, guess };
}

const from = (address: string) => () => address;
const at = (username: string) => () => username;

describe('LoginThrottle', () => {
  test('holds up a client that guesses at one name from one address, and forgives a try every ten seconds', () => {
    const { clock, guess } = setUp();
    expect(guess(1000, from(here), at('d1'))).toBe(30);
    clock.now += 9999;
    expect(guess(10, from(here), at('d1'))).toBe(0);
    clock.now += 60_001;
    expect(guess(100, from(here), at('d1'))).toBe(7);
  });

  test('holds up a client that tries many names from one address, and none from elsewhere', () => {
    const { throttle, guess } = setUp();
    expect(guess(5000, from(here), (n) => `d${n}`)).toBe(1000);
    expect(throttle.admit(here, 'another')).toBeUndefined();
    expect(throttle.admit('192.0.2.2', 'another')).toBeDefined();
  });

  test('holds up a client that tries from ever other addresses of one IPv6 network, and none from another network', () => {
    const { throttle, guess } = setUp();
    const ofOne = (n: number) => `2001:db8::${n.toString(16)}`;
    expect(guess(1000, ofOne, at('d1'))).toBe(30);
    expect(guess(5000, ofOne, (n) => `e${n}`)).toBe(970);
    expect(throttle.admit('2001:db8::ffff:1', 'another')).toBeUndefined();
    expect(throttle.admit('2001:db8:0:1::1', 'another')).toBeDefined();
  });

  test('holds up clients that guess at one name from many addresses, and not other names', () => {
    const { throttle, guess } = setUp();
    expect(guess(5000, (n) => `10.0.${n >> 8}.${n & 255}`, at('d1'))).toBe(100);
    expect(throttle.admit('192.0.2.9', 'd1')).toBeUndefined();
    expect(throttle.admit('10.0.0.1', 'd2')).toBeDefined();
  });

  test('does not hold up an ID at an address from which it has logged in, whatever others or its neighbours do', () => {
    const { throttle, guess } = setUp();
    throttle.admit(here, 'd1')?.succeed();
    guess(5000, (n) => `10.0.${n >> 8}.${n & 255}`, at('d1'));
    guess(5000, from(here), (n) => `neighbour${n}`);
    expect(throttle.admit(here, 'd1')).toBeDefined();
    expect(throttle.admit('192.0.2.9', 'd1')).toBeUndefined();
  });

  test('lets a fleet come back at once from behind one address, but not a thousand guesses at one name', () => {
    const { throttle } = setUp();
    for (let n = 0; n < 5000; n++) expect(throttle.admit(here, `d${n}`)).toBeDefined();
    const atOnce = Array.from({ length: 1000 }, () => throttle.admit('192.0.2.2', 'x'));
    expect(atOnce.filter((attempt) => attempt !== undefined)).toHaveLength(30);
  });

  test('does not count what succeeded or could not be checked', () => {
    const { throttle, guess } = setUp();
    for (let n = 0; n < 500; n++) throttle.admit(here, 'd1')?.[n % 2 ? 'succeed' : 'forgive']();
    expect(guess(100, from(here), at('d1'))).toBe(30);
  });

  test('counts names that nobody has as any other, also those named like members of objects', () => {
    const { guess } = setUp();
    for (const username of ['', '__proto__', 'constructor', 'd1']) {
      expect(guess(100, from(here), at(username))).toBe(30);
    }
  });
});
