import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { fullTest } from '@iotcore/testkit';
import { expect, onTestFinished } from 'vitest';
import { silentJournal } from '../account.ts';
import { RegistryAliases } from './aliases.ts';
import { CertificateReader } from './certificates.ts';
import { EntryIndex } from './entry-index.ts';
import { ExportFolder, fileNames, type RawEntry } from './files/export-folder.ts';

const devices = 200_000;
const aliasesOfDevice = 5;
const entriesPerSample = 100_000;
/** A hundredth of what a million aliases would take as objects, at the least. */
const mostGrowthBytes = 2 ** 21;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** What is left of the heap when garbage has been collected. */
function liveBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

function* aliasFile(): Generator<string> {
  yield '[';
  for (let n = 0; n < devices * aliasesOfDevice; n++) {
    // As an export lists them: not by device.
    const deviceId = `d${n % devices}`;
    const alias = { device_id: deviceId, alias: `alias-${n}/`, topic_prefix: `$devices/${deviceId}/` };
    yield `${n === 0 ? '' : ',\n'}${JSON.stringify(alias)}`;
  }
  yield ']';
}

fullTest('a million aliases of one registry stream in flat memory', { timeout: 300_000 }, async () => {
  const path = mkdtempSync(join(tmpdir(), 'iotcore-aliases-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  const file = fileNames.aliases('r1');
  await pipeline(Readable.from(aliasFile()), createWriteStream(join(path, file)));

  const samples: number[] = [];
  let steps = 0;
  const step = () => {
    if (++steps % entriesPerSample === 0) samples.push(liveBytes());
  };
  async function* watched(entries: AsyncIterable<RawEntry>): AsyncGenerator<RawEntry> {
    for await (const entry of entries) {
      step();
      yield entry;
    }
  }
  const journal = silentJournal;
  const aliases = new RegistryAliases(file, {
    journal,
    index: new EntryIndex(),
    certificates: new CertificateReader(journal, new Date()),
    refusedAliases: new Set(),
    isFirst: true,
  });
  await aliases.load(watched(new ExportFolder(path, journal).stream(file, 'ALIAS')));
  const place = { file: fileNames.devices('r1'), entry: 0 };
  let merged = 0;
  for (let n = 0; n < devices; n++) {
    merged += aliases.of(`d${n}`, new Map(), place).size;
    step();
  }
  aliases.finish();
  samples.push(liveBytes());

  expect(merged).toBe(devices * aliasesOfDevice);
  expect(samples).toHaveLength(13);
  expect(Math.max(...samples) - (samples[0] as number)).toBeLessThan(mostGrowthBytes);
});
