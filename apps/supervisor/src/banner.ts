/** What a person sees once everything runs: where it is, and two lines to try it with. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Sample {
  readonly registryId: string;
  readonly registryPassword: string;
  readonly deviceId: string;
  readonly devicePassword: string;
}

interface BannerOptions {
  /** What is printed stays where others may read it, so that no password may stand in it. */
  readonly isKept?: boolean;
  /** Where the console is; undefined if none is served. */
  readonly consoleLink?: string | undefined;
}

export async function banner(
  dataDir: string,
  addresses: Readonly<Record<string, string>>,
  { isKept = false, consoleLink }: BannerOptions = {},
): Promise<string> {
  const { api, apiTls, mqtts, mqtt, admin } = addresses;
  const caFile = join(dataDir, 'ca.crt');
  const rows = [
    ['API', api],
    ['API, gRPC (TLS)', apiTls ? reachable(new URL(apiTls)).origin : 'off'],
    ['Docs', api && `${api}/docs`],
    ['MQTT over TLS', mqtts],
    ['MQTT over TCP', mqtt ?? 'off'],
    ['Health, metrics', admin && `${admin}/metrics`],
    ['CA certificate', caFile],
    ['Admin token', join(dataDir, 'admin.token')],
  ];
  const lines = rows.map(([name, value]) => `  ${name?.padEnd(16)} ${value}`);
  if (consoleLink !== undefined)
    lines.push('', 'Open the console (the link signs in once, within ten minutes):', '', consoleLink);
  const sample = await readSample(dataDir);
  if (sample && isKept)
    lines.push('', `The sample and its passwords stand in ${join(dataDir, 'sample.json')}.`);
  else if (sample && mqtts) lines.push('', ...tryIt(sample, reachable(new URL(mqtts)), caFile));
  return `\nIoT Core is ready. Ctrl-C stops it.\n\n${lines.join('\n')}\n\n`;
}

/** As it is reached from this machine: `0.0.0.0` is no address to connect to, and the certificate does not name it. */
function reachable(address: URL): URL {
  const there = new URL(address);
  if (['0.0.0.0', '[::]'].includes(there.hostname)) there.hostname = 'localhost';
  return there;
}

async function readSample(dataDir: string): Promise<Sample | undefined> {
  try {
    return JSON.parse(await readFile(join(dataDir, 'sample.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

function tryIt(sample: Sample, { hostname, port }: URL, caFile: string): string[] {
  const server = ['-h', hostname, '-p', port, '--cafile', caFile];
  const asRegistry = ['-u', sample.registryId, '-P', sample.registryPassword];
  const asDevice = ['-u', sample.deviceId, '-P', sample.devicePassword];
  const topic = `$devices/${sample.deviceId}/events`;
  return [
    'In a second terminal, listen as the sample registry:',
    '',
    shellLine('mosquitto_sub', ...server, ...asRegistry, '-q', '1', '-t', `${topic}/#`),
    '',
    'In a third, send as the sample device:',
    '',
    shellLine('mosquitto_pub', ...server, ...asDevice, '-q', '1', '-t', topic, '-m', 'hello'),
  ];
}

/** One line for a POSIX shell. */
export function shellLine(...words: string[]): string {
  return words.map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
