/**
 * `npm run bench:import`: how long the API takes to import a fleet, each device with a certificate, into the embedded
 * Postgres, and what memory it takes; then the same again, which changes nothing.
 *
 *   npm run bench:import -- [--devices 100000] [--callers 2]
 */
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeCertificate } from '@iotcore/testkit/faults';
import { type Server, startPostgres, startServer } from './server.ts';
import { time } from './timing.ts';

/** Devices of one request; with a certificate each they are the 1,000 entries that a request may have. */
const devicesPerRequest = 500;

const { values } = parseArgs({
  options: { devices: { type: 'string', default: '100000' }, callers: { type: 'string', default: '2' } },
});
const requests = Math.ceil(Number(values.devices) / devicesPerRequest);
const callers = Number(values.callers);
const registry = { id: 'bench0registry000000', folderId: 'bench', createdAt: '2021-03-04T09:12:55Z' };

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/**
 * Any number of certificates: one with an RSA key, with a new serial number each time. The import does not check its
 * signature.
 */
async function makeCertificates(): Promise<(n: number) => string> {
  const { der } = await makeCertificate({ key: 'rsa' });
  const serial = Buffer.from(new X509Certificate(der).serialNumber, 'hex');
  const at = der.indexOf(serial) + serial.length - 4;
  return (n) => {
    der.writeUInt32BE(n, at);
    const lines = der.toString('base64').replace(/.{64}/g, '$&\n');
    return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
  };
}

function requestOf(n: number, certificateOf: (n: number) => string): object {
  const numbers = Array.from({ length: devicesPerRequest }, (_, i) => n * devicesPerRequest + i);
  const idOf = (number: number) => `bench${String(number).padStart(15, '0')}`;
  return {
    registries: [],
    devices: numbers.map((number) => ({
      id: idOf(number),
      registryId: registry.id,
      createdAt: '2021-03-04T09:13:20Z',
      name: `device-${number}`,
      labels: { line: String(number % 7) },
      status: 'ACTIVE',
      ...(number % 10 === 0 && { topicAliases: { [`device-${number}/`]: `$devices/${idOf(number)}/` } }),
    })),
    certificates: numbers.map((number) => ({
      deviceId: idOf(number),
      certificateData: certificateOf(number),
    })),
  };
}

const memoryOf = async (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

async function run(server: Server, what: string, outcome: string, certificateOf: (n: number) => string) {
  let most = 0;
  const timing = await time(requests, callers, async (n) => {
    const answer = await server.caller.post('/ext/v1/import', requestOf(n, certificateOf));
    const others = JSON.parse(answer).results.filter(
      (result: { outcome: string }) => result.outcome !== outcome,
    );
    if (others.length > 0) throw new Error(`not ${outcome}: ${JSON.stringify(others[0])}`);
    most = Math.max(most, await memoryOf(server.pid));
  });
  const seconds = requests / timing.perSecond;
  say(
    `| ${what} | ${seconds.toFixed(1)} | ${timing.median.toFixed(0)} | ${timing.p99.toFixed(0)} | ${most.toFixed(0)} |`,
  );
}

const folder = await mkdtemp(join(tmpdir(), 'iotcore-bench-'));
const postgres = await startPostgres(folder);
try {
  const server = await startServer(postgres, folder, 'import');
  try {
    await server.caller.post('/ext/v1/import', { registries: [registry] });
    const certificateOf = await makeCertificates();
    if (
      new X509Certificate(certificateOf(1)).serialNumber ===
      new X509Certificate(certificateOf(2)).serialNumber
    )
      throw new Error('the certificates are all the same');
    say(`${requests * devicesPerRequest} devices with a certificate each, ${callers} callers`);
    say('| | seconds | median ms | p99 ms | memory at most, MiB |');
    await run(server, 'first', 'CREATED', certificateOf);
    await run(server, 'again', 'UNCHANGED', certificateOf);
    say(`memory at the end ${(await memoryOf(server.pid)).toFixed(0)} MiB`);
  } finally {
    await server.stop();
  }
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
