import { X509Certificate } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '@iotcore/process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ensureServerCertificate, loadOwnCertificate } from './server-certificate.ts';
import { machineNames } from './server-names.ts';

const now = new Date('2026-03-01T12:00:00Z');
const names = { hosts: ['localhost', 'core.example'], addresses: ['127.0.0.1', '::1'] };
const dayMs = 24 * 60 * 60 * 1000;

describe('the server certificate', () => {
  let folder: string;
  /** One in which it was made, with an authority: to make their keys costs more than all else here. */
  let madeFolder: string;
  const file = (name: string) => join(folder, name);
  /** As the first start in the folder of the test. */
  const make = async () => {
    await cp(madeFolder, folder, { recursive: true });
    return ensureServerCertificate(folder, names, now);
  };
  beforeAll(async () => {
    madeFolder = await mkdtemp(join(tmpdir(), 'iotcore-tls-'));
    await ensureServerCertificate(madeFolder, names, now);
  });
  afterAll(() => rm(madeFolder, { recursive: true, force: true }));
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'iotcore-tls-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('is refused when the files of its authority do not fit, and nothing is overwritten', async () => {
    await make();
    const attempt = () => ensureServerCertificate(folder, names, now);
    await writeFile(file('ca.key'), 'not a key');
    await expect(attempt()).rejects.toBeInstanceOf(StartupError);
    const authority = await readFile(file('ca.crt'), 'utf8');
    await rm(file('ca.crt'));
    await expect(attempt()).rejects.toThrow(/ca\.key: not an RSA private key/);
    expect(await readFile(file('ca.key'), 'utf8')).toBe('not a key');
    await writeFile(file('ca.crt'), authority);
    await rm(file('ca.key'));
    await expect(attempt()).rejects.toThrow(/missing/);
  });

  test('is made also when several processes start at once, or one died between two files', async () => {
    await Promise.all([1, 2, 3].map(() => ensureServerCertificate(folder, names, now)));
    await rm(file('ca.crt'));
    const { certificatePem } = await ensureServerCertificate(folder, names, now);
    const authority = new X509Certificate(await readFile(file('ca.crt'), 'utf8'));
    expect(new X509Certificate(certificatePem).verify(authority.publicKey)).toBe(true);
  });

  test('of the operator is refused when a file is missing, no PEM, or the key belongs to another', async () => {
    await make();
    await writeFile(file('text'), 'hello');
    const attempt = (certFile: string, keyFile: string) =>
      loadOwnCertificate({ certFile: file(certFile), keyFile: file(keyFile) });
    await expect(attempt('absent.crt', 'server.key')).rejects.toThrow(/IOT_TLS_CERT_FILE.*absent\.crt/);
    await expect(attempt('server.crt', 'text')).rejects.toBeInstanceOf(StartupError);
    await expect(attempt('server.crt', 'ca.key')).rejects.toThrow(/not the key/);
    expect((await attempt('server.crt', 'server.key')).notAfter.getTime()).toBeGreaterThan(now.getTime());
  });

  test('is made with all names, signed by an authority beside it, and its keys are readable by the owner alone', async () => {
    const made = await ensureServerCertificate(folder, names, now);
    const certificate = new X509Certificate(made.certificatePem);
    const authority = new X509Certificate(await readFile(file('ca.crt'), 'utf8'));
    expect(authority.ca).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.checkIssued(authority)).toBe(true);
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(certificate.checkHost('core.example')).toBe('core.example');
    expect(certificate.checkIP('::1')).toBe('::1');
    expect(certificate.checkHost('other.example')).toBeUndefined();
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    for (const key of ['ca.key', 'server.key']) expect((await stat(file(key))).mode & 0o777).toBe(0o600);
  });

  test('stays as it is from start to start while it is good', async () => {
    const first = await make();
    const fewer = { hosts: ['localhost'], addresses: ['127.0.0.1'] };
    expect(await ensureServerCertificate(folder, fewer, now)).toEqual(first);
  });

  test('is renewed by the same authority near its end, for a new name, and when it does not fit its key', async () => {
    const first = await make();
    const authority = await readFile(file('ca.crt'), 'utf8');
    const near = new Date(first.notAfter.getTime() - 29 * dayMs);
    const renewed = await ensureServerCertificate(folder, names, near);
    expect(renewed.notAfter.getTime()).toBeGreaterThan(first.notAfter.getTime());
    const moved = await ensureServerCertificate(folder, { ...names, addresses: ['10.1.2.3'] }, near);
    expect(moved.certificatePem).not.toBe(renewed.certificatePem);
    await writeFile(file('server.key'), renewed.privateKeyPem);
    const repaired = await ensureServerCertificate(folder, { ...names, addresses: ['10.1.2.3'] }, near);
    expect(repaired.certificatePem).not.toBe(moved.certificatePem);
    expect(await readFile(file('ca.crt'), 'utf8')).toBe(authority);
  });
});

describe('the names of this machine', () => {
  test('hold localhost, loopback and what the operator adds, told apart as names and addresses', () => {
    const names = machineNames(['core.example', '192.0.2.7']);
    expect(names.hosts).toContain('localhost');
    expect(names.hosts).toContain('core.example');
    expect(names.addresses).toEqual(expect.arrayContaining(['127.0.0.1', '::1', '192.0.2.7']));
  });
});
