import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '@iotcore/process';
import { afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { CertificateKeeper } from './certificate-keeper.ts';
import {
  type CertificatePair,
  createAuthorityCertificate,
  createKey,
  issueServerCertificate,
} from './issue-certificate.ts';

const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 60 * 60 * 1000);

const names = { hosts: ['localhost'], addresses: ['127.0.0.1'] };

describe('the certificate keeper', () => {
  let folder: string;
  let authority: CertificatePair;
  const pairs: Promise<CertificatePair>[] = [];
  let offered = 0;
  beforeAll(async () => {
    const key = await createKey();
    authority = { certificatePem: createAuthorityCertificate(key, daysAgo(1000)), privateKeyPem: key };
  });
  const file = (name: string) => join(folder, name);
  beforeEach(async () => {
    offered = 0;
    folder = await mkdtemp(join(tmpdir(), 'iotcore-keeper-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function open(own: boolean) {
    const failures: unknown[] = [];
    const replaced: string[] = [];
    const endings: Date[] = [];
    const keeper = await CertificateKeeper.open(
      {
        dataDir: folder,
        tlsNames: [],
        tlsCertFile: own ? file('own.crt') : undefined,
        tlsKeyFile: own ? file('own.key') : undefined,
      },
      { failed: (error) => failures.push(error), expiresSoon: (notAfter) => endings.push(notAfter) },
    );
    keeper.onReplaced(({ certificatePem }) => replaced.push(certificatePem));
    onTestFinished(() => keeper.stop());
    return { keeper, failures, replaced, endings };
  }

  const issue = (madeAt: Date) => issueServerCertificate(authority, names, madeAt);

  /** Those that all tests use, one after the other: to make a key costs more than a test. */
  function nextPair(): Promise<CertificatePair> {
    const pair = pairs[offered] ?? issue(new Date());
    pairs[offered] = pair;
    offered += 1;
    return pair;
  }

  /** Writes a pair that was made at this time, and is good for a year and a month. */
  async function offer(madeAt?: Date) {
    const made = await (madeAt ? issue(madeAt) : nextPair());
    await writeFile(file('own.crt'), made.certificatePem);
    await writeFile(file('own.key'), made.privateKeyPem);
    return made;
  }

  test('does not open without a usable certificate', async () => {
    await expect(open(true)).rejects.toBeInstanceOf(StartupError);
  });

  test('keeps the current one when a broken one is offered, and reports that', async () => {
    const first = await offer();
    const { keeper, failures, replaced } = await open(true);
    await writeFile(file('own.key'), 'broken');
    await keeper.check();
    expect(failures).toHaveLength(1);
    expect(replaced).toEqual([]);
    expect(keeper.current.certificatePem).toBe(first.certificatePem);
  });

  test('takes over a changed pair once, and leaves an unchanged one alone', async () => {
    await offer();
    const { keeper, failures, replaced } = await open(true);
    await keeper.check();
    const second = await offer();
    await keeper.check();
    await keeper.check();
    expect(replaced).toEqual([second.certificatePem]);
    expect(keeper.current.certificatePem).toBe(second.certificatePem);
    expect(failures).toEqual([]);
  });

  test('keeps the current one when one that is over is offered, and reports that', async () => {
    const first = await offer();
    const { keeper, failures, replaced, endings } = await open(true);
    await offer(daysAgo(500));
    await keeper.check();
    expect(failures).toEqual([
      expect.objectContaining({ message: expect.stringContaining('is over since') }),
    ]);
    expect(replaced).toEqual([]);
    expect(endings).toEqual([]);
    expect(keeper.current.certificatePem).toBe(first.certificatePem);
  });

  test('keeps the current one when the new one cannot be used, and tries again at the next look', async () => {
    const first = await offer();
    const { keeper, failures } = await open(true);
    let broken = true;
    keeper.onReplaced(() => {
      if (broken) throw new Error('key too small');
    });
    const second = await offer();
    await keeper.check();
    expect(failures).toHaveLength(1);
    expect(keeper.current.certificatePem).toBe(first.certificatePem);
    broken = false;
    await keeper.check();
    expect(keeper.current.certificatePem).toBe(second.certificatePem);
  });

  test('notices a new pair by itself, also one that takes the place of the old by renaming', async () => {
    await offer();
    const { replaced, failures } = await open(true);
    const second = await offer();
    await expect.poll(() => replaced).toEqual([second.certificatePem]);
    const third = await offer();
    for (const name of ['own.crt', 'own.key']) {
      await writeFile(file(`new.${name}`), await readFile(file(name)));
    }
    await Promise.all(['own.crt', 'own.key'].map((name) => rename(file(`new.${name}`), file(name))));
    await expect.poll(() => replaced.at(-1)).toBe(third.certificatePem);
    expect(failures).toEqual([]);
  });

  test('reports no failure while one of the two files is still to come', async () => {
    const first = await offer();
    const { keeper, replaced, failures } = await open(true);
    const second = await offer();
    await writeFile(file('own.key'), first.privateKeyPem);
    const checked = keeper.check();
    await writeFile(file('own.key'), second.privateKeyPem);
    await checked;
    await expect.poll(() => replaced).toEqual([second.certificatePem]);
    expect(failures).toEqual([]);
  });

  test('warns of the end of the current one from two weeks before, and not at every look', async () => {
    await offer(daysAgo(382));
    const { keeper, endings } = await open(true);
    expect(endings).toEqual([]);
    const near = await offer(daysAgo(384));
    await keeper.check();
    await keeper.check();
    expect(keeper.current.certificatePem).toBe(near.certificatePem);
    expect(endings).toEqual([keeper.current.notAfter]);
  });

  test('makes one of its own in the data folder', async () => {
    const { keeper, replaced } = await open(false);
    await keeper.check();
    expect(keeper.current.notAfter.getTime()).toBeGreaterThan(Date.now());
    expect(replaced).toEqual([]);
  });
});
