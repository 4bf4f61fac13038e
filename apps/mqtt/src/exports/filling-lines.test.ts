import { expect, test } from 'vitest';
import { FillingLines } from './filling-lines.ts';

function setUp(share: number | undefined | Error) {
  const clock = { nowMs: 0 };
  const told: string[] = [];
  const asked: string[] = [];
  const database = { share };
  const lines = new FillingLines({
    async waitingShare(exportId) {
      asked.push(exportId);
      if (database.share instanceof Error) throw database.share;
      return database.share;
    },
    write: (exportId, of) => told.push(`${exportId} ${of}`),
    failed: (error) => told.push(String(error)),
    now: () => clock.nowMs,
  });
  return { ...{ asked, clock, database, lines, told } };
}

test('a log of which most is kept for a replay alone is not told of, and the database is not asked for each commit', async () => {
  const { asked, clock, lines, told } = setUp(0.79);
  for (let commit = 0; commit < 100; commit += 1) await lines.filling('a');
  await lines.filling('b');
  clock.nowMs = 10_000;
  await lines.filling('a');
  expect(asked).toEqual(['a', 'b', 'a']);
  expect(told).toEqual([]);
});

test('a log that fills is told of once in ten minutes', async () => {
  const { clock, database, lines, told } = setUp(0.5);
  await lines.filling('a');
  database.share = 0.8;
  for (clock.nowMs = 0; clock.nowMs < 620_000; clock.nowMs += 1000) await lines.filling('a');
  expect(told).toEqual(['a 0.8', 'a 0.8']);
});

test('what cannot be found out is told of as an error, and asked again; what is gone is not told of', async () => {
  const { clock, database, lines, told } = setUp(new Error('away'));
  await lines.filling('a');
  clock.nowMs = 10_000;
  database.share = undefined;
  await lines.filling('a');
  clock.nowMs = 20_000;
  database.share = 0.9;
  await lines.filling('a');
  expect(told).toEqual(['Error: away', 'a 0.9']);
});

test('an export that is gone is forgotten', async () => {
  const { lines, told } = setUp(0.9);
  await lines.filling('a');
  lines.keepOnly(() => false);
  await lines.filling('a');
  expect(told).toEqual(['a 0.9', 'a 0.9']);
});
