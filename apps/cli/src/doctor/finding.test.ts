import { describe, expect, test } from 'vitest';
import { clusterFinding } from './check-cluster.ts';
import { idsFinding } from './check-ids.ts';
import { clockFinding, diskFinding, plainMqttFinding } from './check-installation.ts';
import { expiryFinding } from './finding.ts';
import { fileHandleFinding } from './server-facts.ts';

const now = new Date('2026-11-30T12:00:00Z');
const at = (ms: number) => new Date(now.getTime() + ms);
const dayMs = 86_400_000;

describe('a certificate', () => {
  const check = (validUntil: Date) => expiryFinding('it', validUntil, now, { warnDays: 30, advice: 'renew' });

  test('that is over fails, with advice', () => {
    expect(check(at(-1))).toMatchObject({
      status: 'fail',
      finding: 'expired on 2026-11-30',
      advice: 'renew',
    });
  });

  test('that ends soon warns, that ends later does not', () => {
    expect(check(at(30 * dayMs - 1))).toMatchObject({ status: 'warn', details: { days: 29 } });
    expect(check(at(30 * dayMs))).toMatchObject({ status: 'ok', details: { days: 30 } });
  });
});

describe('the clock of the server', () => {
  const check = (serverMs: number) => clockFinding(at(serverMs).toUTCString(), now, at(1000));

  test('fails minutes off, warns seconds off, on either side', () => {
    expect(check(-400_000)).toMatchObject({ status: 'fail', finding: expect.stringContaining('behind') });
    expect(check(400_000)).toMatchObject({ status: 'fail', finding: expect.stringContaining('ahead of') });
    expect(check(-10_000)).toMatchObject({ status: 'warn', details: { offSeconds: 10 } });
    expect(check(10_000)).toMatchObject({ status: 'warn', details: { offSeconds: 9 } });
    expect(clockFinding(null, now, now).status).toBe('warn');
    expect(clockFinding('noon', now, now).status).toBe('warn');
  });

  test('agrees within what a Date of whole seconds and a slow answer explain', () => {
    for (const ms of [-5000, 0, 6000]) expect(check(ms).status).toBe('ok');
  });
});

test('a disk that is nearly full warns, a full one fails', () => {
  const mebibyte = 1024 * 1024;
  expect(diskFinding(99 * mebibyte, 'data')).toMatchObject({
    status: 'fail',
    finding: '99 MiB free for data',
  });
  expect(diskFinding(1023 * mebibyte, 'data').status).toBe('warn');
  expect(diskFinding(1024 * mebibyte, 'data').status).toBe('ok');
});

test('plain MQTT that others can reach warns', () => {
  expect(plainMqttFinding('mqtt://0.0.0.0:1883')).toMatchObject({ status: 'warn' });
  expect(plainMqttFinding('mqtt://[::]:1883')).toMatchObject({ status: 'warn' });
  for (const own of ['127.0.0.1', '[::1]', 'localhost'])
    expect(plainMqttFinding(`mqtt://${own}:1883`)).toMatchObject({ status: 'ok' });
});

describe('the IDs of a folder', () => {
  test('fail when others have them too, and the first of them are named', () => {
    const shared = Array.from({ length: 21 }, (_, n) => `device d${n}`);
    expect(idsFinding('f', shared, 30)).toMatchObject({
      status: 'fail',
      finding: expect.stringContaining('device d19 and 10 more: none of them can connect'),
      details: { shared: shared.slice(0, 20), count: 30 },
    });
    expect(idsFinding('f', ['broker b'], 1).finding).toBe(
      'other resources have the IDs of broker b: none of them can connect',
    );
  });

  test('are well when each has one owner', () => {
    expect(idsFinding('f', [], 0).status).toBe('ok');
  });
});

test('fewer file handles than connections are warned of before they run out', () => {
  expect(fileHandleFinding(50_200, 50_000).status).toBe('ok');
  expect(fileHandleFinding(50_199, 50_000)).toMatchObject({
    status: 'warn',
    advice: expect.stringContaining('LimitNOFILE'),
  });
});

test('a cluster is well if its nodes are members that miss no other', () => {
  const node = { node: 'aaaaaaaa', seen: 'itself', unacknowledgedBytes: 0, lagMs: undefined } as const;
  const member = { ...node, state: 'member', misses: [] } as const;
  expect(clusterFinding({ isGood: true, nodes: [member, member] })).toMatchObject({ status: 'ok' });
  for (const sick of [
    { ...member, misses: ['bbbbbbbb'] },
    { ...node, state: 'joining', misses: [] },
  ] as const)
    expect(clusterFinding({ isGood: true, nodes: [member, sick] })).toMatchObject({ status: 'warn' });
  expect(clusterFinding({ isGood: false, nodes: [member] })).toMatchObject({ status: 'fail' });
});
