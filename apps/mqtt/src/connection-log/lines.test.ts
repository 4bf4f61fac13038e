import type { Transport } from '@iotcore/engine';
import { logLines } from '@iotcore/testkit/reasons';
import { expect, test } from 'vitest';
import {
  connectedLine,
  disconnectedLine,
  exportDiscardedLine,
  exportFillingLine,
  passwordAdoptedLine,
  permanentQuotaLine,
  refusedLine,
  silentLine,
  subscriptionsRefusedLine,
} from './lines.ts';

const transport = { remoteAddress: '192.0.2.7', remotePort: 5000 } as Transport;
const adoption = { passwordId: 'p1', address: '192.0.2.7', anew: false, weakness: undefined };
const owner = { registryId: 'r1', deviceId: 'd1', folderId: 'f1' };

test('the lines are those that people search for', () => {
  const bySix = { ...transport, remoteAddress: '2001:db8::7' };
  expect([
    connectedLine({ kind: 'password', id: 'p1' }, transport, 'device'),
    connectedLine({ kind: 'certificate', sha256: 'cd34', fingerprint: 'ab12' }, bySix, 'device'),
    disconnectedLine('client disconnected'),
    disconnectedLine('publish to topic "device" not allowed'),
    refusedLine('unknown certificate', transport, 'device'),
    refusedLine('will on topic "device" not allowed', transport, undefined),
    subscriptionsRefusedLine(['device', '#']),
    silentLine(new Date('2026-11-27T08:00:00Z')),
    passwordAdoptedLine(adoption),
    passwordAdoptedLine({ ...adoption, anew: true, weakness: 'At least 14 characters.' }),
    permanentQuotaLine({ ...owner, what: 'topics', used: 8, quota: 10 }),
    permanentQuotaLine({ ...owner, what: 'bytes', used: 800, quota: 1000 }),
    exportDiscardedLine('e1', 3),
    exportFillingLine('e1', 0.805),
  ]).toEqual(logLines);
});
