/**
 * What a fleet costs a node of a cluster by itself, before any message: the table of interests, what it tells a newcomer, and
 * claims of client IDs. For a fleet of registries with devices that each listen to their own commands, on so many nodes.
 *
 *   npm run bench:cluster -- --devices 1000000 --registries 10000 --nodes 10
 */
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import {
  Claims,
  decodeRecords,
  encodeRecord,
  InterestTable,
  namespaceHash,
  OwnInterest,
} from '@iotcore/cluster/internal';
import { systemClock } from '@iotcore/process';

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '1000000' },
    registries: { type: 'string', default: '10000' },
    nodes: { type: 'string', default: '10' },
  },
});
const devices = Number(values.devices);
const registries = Number(values.registries);
const nodes = Number(values.nodes);
const hashesPerRecord = 65_536;
const looks = 1_000_000;

/** Milliseconds of CPU, and bytes that are alive afterwards. */
function measure<T>(work: () => T): { readonly result: T; readonly ms: number; readonly bytes: number } {
  globalThis.gc?.();
  const before = process.memoryUsage();
  const began = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(began);
  globalThis.gc?.();
  const after = process.memoryUsage();
  const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  return { result, ms: (user + system) / 1_000, bytes };
}

function say(what: string, ms: number, bytes: number, more = ''): void {
  process.stdout.write(
    `${what.padEnd(58)} ${ms.toFixed(0).padStart(6)} ms ${(bytes / 2 ** 20).toFixed(1).padStart(7)} MiB  ${more}\n`,
  );
}

const namespaceOf = (n: number) =>
  n < devices ? `devices/are${n}device` : `registries/are${n - devices}registry`;
const all = devices + registries;
const here = Math.ceil(all / nodes);

const table = measure(() => {
  const filled = new InterestTable();
  for (let n = 0; n < all; n++) filled.add(namespaceHash(namespaceOf(n)), 1 << (n % Math.max(1, nodes - 1)));
  return filled;
});
say(`the table of what ${nodes - 1} others want: ${all} namespaces`, table.ms, table.bytes);

const hashes = Array.from({ length: 4_096 }, (_, n) => namespaceHash(namespaceOf((n * 7919) % all)));
const look = measure(() => {
  let found = 0;
  for (let n = 0; n < looks; n++) if (table.result.wanting(hashes[n & 4_095] as number) !== 0) found++;
  return found;
});
say(`${looks} looks into it`, look.ms, 0, `${((look.ms * 1_000_000) / looks).toFixed(0)} ns each`);

const own = measure(() => {
  const interest = new OwnInterest({
    clock: systemClock,
    lingerMs: 10_000,
    gained() {},
    lost() {},
    whenAllKnow: (known) => known(),
  });
  for (let n = 0; n < here; n++) interest.gain(namespaceHash(namespaceOf(n)));
  return interest;
});
say(`what is wanted here: ${here} namespaces`, own.ms, own.bytes);

const told = measure(() => {
  const wanted = own.result.hashes;
  const records: Buffer[] = [];
  for (let start = 0; start < wanted.length; start += hashesPerRecord)
    records.push(encodeRecord({ type: 'gained', hashes: wanted.slice(start, start + hashesPerRecord) }));
  return Buffer.concat(records);
});
say('telling a newcomer of it', told.ms, told.bytes, `${told.result.length} bytes, from each of the others`);

const heard = measure(() => {
  const newcomer = new InterestTable();
  for (let other = 0; other < nodes - 1; other++)
    for (const record of decodeRecords(told.result) ?? [])
      if (record.type === 'gained') for (const hash of record.hashes) newcomer.add(hash, 1 << other);
  return newcomer;
});
say(`a newcomer hears it ${nodes - 1} times`, heard.ms, 0);

const claims = measure(() => {
  const made = new Claims();
  for (let n = 0; n < Math.ceil(devices / nodes); n++) {
    const key = createHash('sha256').update(`device:are${n}device\0are${n}device`).digest('hex').slice(0, 32);
    made.add(key, () => {});
  }
  return made;
});
say(`claims of ${Math.ceil(devices / nodes)} sessions`, claims.ms, claims.bytes);
