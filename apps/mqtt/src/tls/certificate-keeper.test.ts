import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '@iotcore/process';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { CertificateKeeper } from './certificate-keeper.ts';
import { ensureServerCertificate } from './server-certificate.ts';

const names = { hosts: ['localhost'], addresses: ['127.0.0.1'] };

describe('the certificate keeper', () => {
  let folder: string;
  const file = (name: string) => join(folder, name);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'iotcore-keeper-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function open(own: boolean) {
    const failures: unknown[] = [];
    const replaced: string[] = [];
    const keeper = await CertificateKeeper.open(
      {
        dataDir: folder,
        tlsNames: [],
        tlsCertFile: own ? file('own.crt') : undefined,
        tlsKeyFile: own ? file('own.key') : undefined,
      },
      (error) => failures.push(error),
    );
    keeper.onReplaced(({ certificatePem }) => replaced.push(certificatePem));
    onTestFinished(() => keeper.stop());
    return { keeper, failures, replaced };
  }

  async function offer() {
    const other = await mkdtemp(join(tmpdir(), 'iotcore-keeper-'));
    const made = await ensureServerCertificate(other, names, new Date());
    await rm(other, { recursive: true });
    await writeFile(file('own.crt'), made.certificatePem);
    await writeFile(file('own.key'), made.privateKeyPem);
    return made;
  }

  it('does not open without a usable certificate', async () => {
    await expect(open(true)).rejects.toBeInstanceOf(StartupError);
  });

  it('keeps the current one when a broken one is offered, and reports that', async () => {
    const first = await offer();
    const { keeper, failures, replaced } = await open(true);
    await writeFile(file('own.key'), 'broken');
    await keeper.check();
    expect(failures).toHaveLength(1);
    expect(replaced).toEqual([]);
    expect(keeper.current.certificatePem).toBe(first.certificatePem);
  });

  it('takes over a changed pair once, and leaves an unchanged one alone', async () => {
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

  it('makes one of its own in the data folder', async () => {
    const { keeper, replaced } = await open(false);
    await keeper.check();
    expect(keeper.current.notAfter.getTime()).toBeGreaterThan(Date.now());
    expect(replaced).toEqual([]);
  });
});
