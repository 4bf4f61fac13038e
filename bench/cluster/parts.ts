/** What a fleet costs a node by itself, part by part: the table of interests, what it tells a newcomer, and claims of client IDs. */
import { createHash } from 'node:crypto';
import {
  Claims,
  decodeRecords,
  encodeRecord,
  InterestTable,
  namespaceHash,
  OwnInterest,
} from '@iotcore/cluster/internal';
import { systemClock } from '@iotcore/process';
import { type FleetSize, measure, namespaceOf, say } from './measuring.ts';

const hashesPerRecord = 65_536;
const looks = 1_000_000;

export function measureParts(size: FleetSize): void {
  const { devices, registries, nodes } = size;
  const name = (n: number) => namespaceOf(size, n);
  const all = devices + registries;
  const here = Math.ceil(all / nodes);

  let longestMs = 0;
  const table = measure(() => {
    const filled = new InterestTable();
    for (let n = 0; n < all; n++) {
      const began = performance.now();
      filled.add(namespaceHash(name(n)), 1 << (n % Math.max(1, nodes - 1)));
      longestMs = Math.max(longestMs, performance.now() - began);
    }
    return filled;
  });
  const longest = `the longest of them ${longestMs.toFixed(1)} ms`;
  say(`the table of what ${nodes - 1} others want: ${all} namespaces`, table.ms, table.bytes, longest);

  const hashes = Array.from({ length: 4_096 }, (_, n) => namespaceHash(name((n * 7919) % all)));
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
    for (let n = 0; n < here; n++) interest.gain(namespaceHash(name(n)));
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
  say(
    'telling a newcomer of it',
    told.ms,
    told.bytes,
    `${told.result.length} bytes, from each of the others`,
  );

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
      const key = createHash('sha256')
        .update(`device:are${n}device\0are${n}device`)
        .digest('hex')
        .slice(0, 32);
      made.add(key, () => {});
    }
    return made;
  });
  say(`claims of ${Math.ceil(devices / nodes)} sessions`, claims.ms, claims.bytes);
}
