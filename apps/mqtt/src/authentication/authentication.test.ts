import { createHash } from 'node:crypto';
import { createPasswordHasher, type PasswordHasher } from '@iotcore/credentials';
import type { DeviceFacts } from '@iotcore/model';
import type { CertificateIdentity, PasswordIdentity } from '@iotcore/store/data-plane';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Mark, RecentChanges } from '../caching/recent-changes.ts';
import { refusals } from './authentication-result.ts';
import { authenticate, type Credentials } from './authenticator.ts';
import { createCertificateCache } from './certificate-login.ts';
import { LoginThrottle } from './login-throttle.ts';
import { VerifiedCredentials } from './verified-credentials.ts';

const hasher = createPasswordHasher();
const now = new Date('2026-06-01T00:00:00Z');
const rightCertificate = Buffer.from('the certificate of d1');
const otherCertificate = Buffer.from('the certificate of d2');
const expiredCertificate = Buffer.from('an expired certificate of d1');
const futureCertificate = Buffer.from('a future certificate of d1');
const unknownCertificate = Buffer.from('a certificate that nobody has');
const disabledCertificate = Buffer.from('the certificate of d3 in a disabled registry');
const sha256 = (der: Buffer) => createHash('sha256').update(der).digest('hex');

let hash: string;
beforeAll(async () => {
  hash = await hasher.hash('Right-Password-1');
});

/** d1 and d2 in r1, d3 in the disabled r2; they share a password, each has a certificate. */
function fixture() {
  const identity = (id: string, registryId: string) => ({
    principal: { kind: 'device', id, registryId } as const,
    device: { id, registryId, aliases: new Map() },
  });
  const identities = new Map<string, PasswordIdentity>([
    ['d1', { ...identity('d1', 'r1'), disabled: false, passwords: [{ id: 'p1', hash }] }],
    ['d2', { ...identity('d2', 'r1'), disabled: false, passwords: [{ id: 'p2', hash }] }],
    ['d3', { ...identity('d3', 'r2'), disabled: true, passwords: [{ id: 'p3', hash }] }],
  ]);
  const certificates = new Map<string, CertificateIdentity>();
  const add = (der: Buffer, id: string, years: [number, number] = [2026, 2027], disabled = false) =>
    certificates.set(sha256(der), {
      ...identity(id, disabled ? 'r2' : 'r1'),
      disabled,
      sha256: sha256(der),
      fingerprint: `sha1 of ${der}`,
      notBefore: new Date(Date.UTC(years[0], 0, 1)),
      notAfter: new Date(Date.UTC(years[1], 0, 1)),
    });
  add(rightCertificate, 'd1');
  add(otherCertificate, 'd2');
  add(expiredCertificate, 'd1', [2020, 2021]);
  add(futureCertificate, 'd1', [2030, 2031]);
  add(disabledCertificate, 'd3', [2026, 2027], true);
  return { identities, certificates };
}

let state: ReturnType<typeof setUp>;
beforeEach(() => {
  state = setUp();
});

function setUp(passwordHasher: PasswordHasher = hasher, acceptExpired = false) {
  const { identities, certificates } = fixture();
  const changes = new RecentChanges();
  const verified = new VerifiedCredentials();
  const owners = createCertificateCache();
  const delays: number[] = [];
  const failures: unknown[] = [];
  const learnt: string[] = [];
  const learn = ({ id }: DeviceFacts, since: Mark) => void learnt.push(`${id} since ${since}`);
  let away = false;
  let duringLookup = () => {};
  const look = async <V>(map: Map<string, V>, key: string) => {
    await null;
    if (away) throw new Error('database away');
    const found = map.get(key);
    duringLookup();
    return found;
  };
  const parts = {
    password: {
      hasher: passwordHasher,
      verified,
      changes,
      throttle: new LoginThrottle(),
      underWay: new Map(),
      findIdentity: (id: string) => look(identities, id),
      learn,
      adopt: async () => 'off' as const,
      equalDelay: async (startedAt: number) => {
        delays.push(startedAt);
      },
    },
    certificate: {
      changes,
      certificates: owners,
      acceptExpired,
      now: () => now,
      findIdentity: (key: string) => look(certificates, key),
      learn,
    },
    failed: (error: unknown) => failures.push(error),
  };
  return {
    ...{ identities, certificates, changes, verified, owners, delays, failures, learnt },
    login: (
      credentials: Partial<Omit<Credentials, 'transport'>>,
      certificate?: Buffer,
      certificateSha256?: string,
    ) =>
      authenticate(parts, {
        username: credentials.username,
        password: credentials.password,
        transport: {
          secure: true,
          remoteAddress: '192.0.2.1',
          remotePort: 1,
          peerCertificate: () => certificate,
          certificateSha256,
        },
      }),
    setAway: (value: boolean) => {
      away = value;
    },
    onLookup: (action: () => void) => {
      duringLookup = action;
    },
  };
}

const right = { username: 'd1', password: Buffer.from('Right-Password-1') };
const wrong = { username: 'd1', password: Buffer.from('Wrong-Password-1') };
const refusedWith = (refusal: object) => expect.objectContaining({ accepted: false, refusal });
const acceptedAs = (id: string, credential: object) => ({
  accepted: true,
  client: {
    principal: { kind: 'device', id, registryId: 'r1' },
    credential: expect.objectContaining(credential),
  },
});

describe('the table of certificate and password', () => {
  test.each([
    ['wrong', 'wrong', unknownCertificate, wrong, refusedWith(refusals.wrongPassword)],
    ['right', 'wrong', rightCertificate, wrong, refusedWith(refusals.wrongPassword)],
    ['wrong', 'right', unknownCertificate, right, acceptedAs('d1', { kind: 'password', id: 'p1' })],
    ['right', 'right', rightCertificate, right, acceptedAs('d1', { kind: 'password', id: 'p1' })],
    ["another device's", 'right', otherCertificate, right, acceptedAs('d1', { kind: 'password', id: 'p1' })],
    ['expired', 'right', expiredCertificate, right, acceptedAs('d1', { kind: 'password', id: 'p1' })],
  ])('%s certificate and %s password', async (_certificate, _password, der, credentials, outcome) => {
    expect(await state.login(credentials, der)).toEqual(outcome);
  });
});

describe('the certificate that a trusted proxy names', () => {
  test('counts like the certificate itself, dates included', async () => {
    expect(await state.login({}, undefined, sha256(unknownCertificate))).toEqual(
      refusedWith(refusals.unknownCertificate),
    );
    expect(await state.login({}, undefined, sha256(expiredCertificate))).toEqual(
      refusedWith(refusals.expiredCertificate),
    );
    expect(await state.login({}, undefined, sha256(rightCertificate))).toEqual(
      acceptedAs('d1', { kind: 'certificate', sha256: sha256(rightCertificate) }),
    );
  });

  test('counts for nothing beside one that was shown here', async () => {
    expect(await state.login({}, unknownCertificate, sha256(rightCertificate))).toEqual(
      refusedWith(refusals.unknownCertificate),
    );
  });
});

describe('a password', () => {
  test('is refused alike for an unknown ID, a wrong password, an empty one and an absurdly long one, at the beat', async () => {
    const attempts = [
      wrong,
      { username: 'nobody', password: right.password },
      { username: '', password: right.password },
      { username: '__proto__', password: right.password },
      { username: 'd1', password: Buffer.alloc(0) },
      { username: 'd1', password: Buffer.alloc(65_535, 'x') },
    ];
    for (const attempt of attempts)
      expect(await state.login(attempt)).toEqual(refusedWith(refusals.wrongPassword));
    expect(state.delays).toHaveLength(attempts.length);
    expect(state.verified.size).toBe(0);
  });

  test('that is missing refuses a lone user name', async () => {
    expect(await state.login({ username: 'd1' })).toEqual(refusedWith(refusals.noPassword));
    expect(await state.login({ username: '' })).toEqual(refusedWith(refusals.noPassword));
  });

  test('of a device in a disabled registry is refused as such only when it is right', async () => {
    expect(await state.login({ ...wrong, username: 'd3' })).toEqual(refusedWith(refusals.wrongPassword));
    expect(await state.login({ ...right, username: 'd3' })).toEqual({
      accepted: false,
      refusal: refusals.registryDisabled,
      subject: state.identities.get('d3')?.principal,
    });
  });

  test('of a disabled device is refused as such only when it is right', async () => {
    const identity = state.identities.get('d1');
    if (identity) state.identities.set('d1', { ...identity, blocked: true });
    expect(await state.login(wrong)).toEqual(refusedWith(refusals.wrongPassword));
    const subject = identity?.principal;
    expect(await state.login(right)).toEqual({ accepted: false, refusal: refusals.disabled, subject });
  });

  test('is not remembered for another user name', async () => {
    await state.login(right);
    state.identities.delete('d2');
    expect(await state.login({ ...right, username: 'd2' })).toEqual(refusedWith(refusals.wrongPassword));
  });

  test('that was deleted while it was checked lets nobody in', async () => {
    state.onLookup(() => {
      state.identities.set('d1', { ...fixture().identities.get('d2'), passwords: [] } as never);
      state.changes.touch('password:p1');
    });
    expect(await state.login(right)).toEqual(refusedWith(refusals.wrongPassword));
    expect(state.verified.size).toBe(0);
  });

  test('is hashed once and then remembered, until it or what it rests on changes', async () => {
    for (const subject of ['password:p1', 'device:d1', 'registry:r1'] as const) {
      expect((await state.login(right)).accepted).toBe(true);
      state.setAway(true);
      expect((await state.login(right)).accepted).toBe(true);
      state.verified.forget(subject);
      expect(await state.login(right)).toEqual(refusedWith(refusals.unchecked));
      state.setAway(false);
    }
  });

  test('is hashed once for all who wait with it, and each is a client of its own', async () => {
    let hashes = 0;
    const counting: PasswordHasher = {
      ...{ hash: hasher.hash, pending: 0 },
      findMatch: (candidates, password) => {
        hashes++;
        return hasher.findMatch(candidates, password);
      },
    };
    const counted = setUp(counting);
    const results = await Promise.all(Array.from({ length: 20 }, () => counted.login(right)));
    expect(hashes).toBe(1);
    expect(results.every(({ accepted }) => accepted)).toBe(true);
    const clients = results.map((result) => result.accepted && result.client);
    expect(new Set(clients).size).toBe(20);
  });

  test('is not tried any more after many wrong ones, unless it is remembered', async () => {
    await state.login(right);
    const guesses = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        state.login({ ...wrong, password: Buffer.from(`Guess-Number-${n}`) }),
      ),
    );
    expect(guesses).toContainEqual(refusedWith(refusals.throttled));
    expect(await state.login(wrong)).toEqual(refusedWith(refusals.throttled));
    expect((await state.login(right)).accepted).toBe(true);
  });

  test('cannot be checked while the database is away or too many are', async () => {
    state.setAway(true);
    expect(await state.login(right)).toEqual(refusedWith(refusals.unchecked));
    expect(state.failures).toHaveLength(1);
    const busy = setUp(createPasswordHasher({ maxRunning: 1, maxWaiting: 1 }));
    const passwords = [1, 2, 3].map((n) => ({ ...right, password: Buffer.from(`Wrong-Password-${n}`) }));
    const results = await Promise.all(passwords.map((credentials) => busy.login(credentials)));
    expect(results).toContainEqual(refusedWith(refusals.overloaded));
  });
});

describe('a certificate without a password', () => {
  test.each([
    ['nobody has', unknownCertificate, refusals.unknownCertificate],
    ['is expired', expiredCertificate, refusals.expiredCertificate],
    ['is not valid yet', futureCertificate, refusals.futureCertificate],
    ['is of a disabled registry', disabledCertificate, refusals.registryDisabled],
  ])('is refused when it %s', async (_why, der, refusal) => {
    expect(await state.login({}, der)).toEqual(refusedWith(refusal));
    // Again: what is remembered now is refused as well.
    expect(await state.login({}, der)).toEqual(refusedWith(refusal));
  });

  test('is refused beside the user name of another', async () => {
    expect(await state.login({ username: 'd2' }, rightCertificate)).toEqual(
      refusedWith(refusals.foreignCertificate),
    );
  });

  test('that is expired is accepted when the operator says so', async () => {
    const lenient = setUp(hasher, true);
    for (const der of [expiredCertificate, futureCertificate]) {
      expect((await lenient.login({}, der)).accepted).toBe(true);
    }
  });

  test('lets its owner in, also beside its own user name, and while the database is away once it is known', async () => {
    const outcome = acceptedAs('d1', { kind: 'certificate', sha256: sha256(rightCertificate) });
    expect(await state.login({}, rightCertificate)).toEqual(outcome);
    state.setAway(true);
    expect(await state.login({ username: 'd1' }, rightCertificate)).toEqual(outcome);
    expect(await state.login({}, otherCertificate)).toEqual(refusedWith(refusals.unchecked));
  });

  test('is looked up anew when it, its device or its registry changed', async () => {
    for (const subject of [`certificate:${sha256(rightCertificate)}`, 'device:d1', 'registry:r1'] as const) {
      await state.login({}, rightCertificate);
      const kept = state.certificates.get(sha256(rightCertificate));
      state.certificates.delete(sha256(rightCertificate));
      state.owners.forget(subject);
      expect(await state.login({}, rightCertificate)).toEqual(refusedWith(refusals.unknownCertificate));
      if (kept) state.certificates.set(kept.sha256, kept);
    }
  });

  test('of a device that is disabled until a time lets it in once that has passed, without a word of any change', async () => {
    const identity = state.certificates.get(sha256(rightCertificate)) as CertificateIdentity;
    state.certificates.set(sha256(rightCertificate), { ...identity, blocked: true });
    expect(await state.login({}, rightCertificate)).toMatchObject({ refusal: refusals.disabled });
    state.certificates.set(sha256(rightCertificate), identity);
    expect(await state.login({}, rightCertificate)).toMatchObject({ accepted: true });
  });

  test('of a registry that was enabled lets in before this process is told of it', async () => {
    const identity = state.certificates.get(sha256(disabledCertificate)) as CertificateIdentity;
    expect(await state.login({}, disabledCertificate)).toEqual(refusedWith(refusals.registryDisabled));
    state.certificates.set(sha256(disabledCertificate), { ...identity, disabled: false });
    expect(await state.login({}, disabledCertificate)).toMatchObject({ accepted: true });
  });

  test('that changes at every look lets nobody in and is not remembered', async () => {
    state.onLookup(() => state.changes.touch(`certificate:${sha256(rightCertificate)}`));
    expect(await state.login({}, rightCertificate)).toEqual(refusedWith(refusals.unchecked));
    expect(state.owners.size).toBe(0);
  });

  test('that was deleted while it was looked up is looked up again, and lets nobody in', async () => {
    state.onLookup(() => {
      state.certificates.delete(sha256(rightCertificate));
      state.changes.touch(`certificate:${sha256(rightCertificate)}`);
      state.onLookup(() => {});
    });
    expect(await state.login({}, rightCertificate)).toEqual(refusedWith(refusals.unknownCertificate));
    expect(state.owners.size).toBe(0);
  });

  test('whose registry changed while it was looked up lets in by what holds now', async () => {
    state.onLookup(() => {
      state.changes.touch('registry:r1');
      state.onLookup(() => {});
    });
    expect(await state.login({}, rightCertificate)).toMatchObject({ accepted: true });
  });
});

describe('what is read of a device beside its credentials', () => {
  test('is not kept of one that is refused', async () => {
    await state.login(wrong);
    await state.login({ ...right, username: 'd3' });
    await state.login({}, unknownCertificate);
    expect(state.learnt).toEqual([]);
  });

  test('is kept as it was when it was asked for, once for what is remembered afterwards', async () => {
    state.onLookup(() => state.changes.touch('alias:d1'));
    for (let time = 0; time < 2; time++) await state.login(right);
    for (let time = 0; time < 2; time++) await state.login({}, rightCertificate);
    expect(state.learnt).toEqual(['d1 since 0', 'd1 since 1']);
  });
});

describe('neither password nor certificate', () => {
  test('is refused', async () => {
    expect(await state.login({})).toEqual({ accepted: false, refusal: refusals.noCredentials });
  });
});
