import { expect, test } from 'vitest';
import { FreeDisk, freeBytesOf } from './free-disk.ts';

const mebibyte = 1024 * 1024;

test('a disk that fills up is said once, and with each look when it is nearly full; one with room not at all', async () => {
  const said: string[] = [];
  const logger = {
    warn: ({ freeMib }: { freeMib: number }) => void said.push(`warn ${freeMib}`),
    error: ({ freeMib }: { freeMib: number }) => void said.push(`error ${freeMib}`),
  };
  let free = 2048;
  const disk = new FreeDisk({ logger, freeBytes: async () => free * mebibyte });
  for (const next of [2048, 1023, 900, 99, 98, 5000, 1000]) {
    free = next;
    await disk.look();
  }
  expect(said).toEqual(['warn 1023', 'error 99', 'error 98', 'warn 1000']);
});

test('a folder that is not there is no reason to say anything', async () => {
  const said: unknown[] = [];
  const note = (fields: object) => void said.push(fields);
  const logger = { warn: note, error: note };
  await new FreeDisk({ logger, freeBytes: () => freeBytesOf('/nowhere/at/all') }).look();
  expect(said).toEqual([]);
  expect(await freeBytesOf('/')).toBeGreaterThan(0);
});
