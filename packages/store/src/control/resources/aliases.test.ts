import { testDatabase } from '@iotcore/testkit';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { openPrisma } from '../../database/open-prisma.ts';
import { transaction } from '../../database/transaction.ts';
import { TakenError } from '../errors.ts';
import { addAliases } from './aliases.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** The rule, in its own words: within a registry no alias may be a string prefix of another. */
const conflict = (one: string, other: string) => one.startsWith(other) || other.startsWith(one);

test('an alias is refused just when it conflicts with one of another device', async () => {
  const database = openPrisma(await testDatabase(), { logger: quiet });
  onTestFinished(() => database.close());
  const { prisma, pool } = database;
  const device = (id: string) => ({ id, registryId: 'r', folderId: 'f' });
  await prisma.registry.create({ data: { id: 'r', folderId: 'f' } });
  await prisma.device.createMany({ data: [device('one'), device('other')] });

  // Characters whose order differs between bytes, UTF-16 and languages, and the last one that there is.
  const letters = fc.constantFrom('a', 'B', '/', 'é', '\uffee', '😀', '\u{10FFFD}', '%', '_', '\\');
  const alias = fc.string({ unit: letters, minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(alias, alias, async (existing, added) => {
      await prisma.topicAlias.deleteMany();
      await transaction(pool, (tx) => addAliases(tx, device('one'), [{ alias: existing, prefix: 'p' }]));
      const adding = transaction(pool, (tx) =>
        addAliases(tx, device('other'), [{ alias: added, prefix: 'p' }]),
      );
      if (conflict(existing, added)) await expect(adding).rejects.toBeInstanceOf(TakenError);
      else await expect(adding).resolves.toBeUndefined();
    }),
    { numRuns: 60 },
  );
});
