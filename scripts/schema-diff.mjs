/**
 * Prints the SQL that leads from a database (with all migrations applied) to prisma/schema.prisma, for writing the
 * next migration: `node scripts/schema-diff.mjs postgresql://…`
 *
 * It is Prisma's own engine, compiled to WebAssembly: the native one is not in the npm registry. What Prisma cannot say
 * (checks, collations, triggers) is added to the migration by hand.
 */
import { readFile } from 'node:fs/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import { SchemaEngine } from '@prisma/schema-engine-wasm';
import pg from 'pg';

const path = 'prisma/schema.prisma';

/** @param {string} url @returns {Promise<string>} empty when the database is as the schema says */
async function schemaDiff(url) {
  const content = await readFile(path, 'utf8');
  const pool = new CataloguePool({ connectionString: url });
  try {
    const adapter = bindMigrationAwareSqlAdapterFactory(new CatalogueAdapter(pool));
    const engine = await SchemaEngine.new({ datamodels: [[path, content]] }, () => {}, adapter);
    const { stdout } = await engine.diff({
      from: { tag: 'schemaDatasource', files: [{ path, content }], configDir: '.' },
      to: { tag: 'schemaDatamodel', files: [{ path, content }] },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    return stdout.replace('-- This is an empty migration.', '').trim();
  } finally {
    await pool.end();
  }
}

/*
 * The engine asks the catalogue for columns of type `"char"` (18), which the adapter does not know: shown to the adapter
 * as `bpchar` (1042), and to the engine as the single character that it expects.
 */
class CataloguePool extends pg.Pool {
  characterColumns = new Set();

  async query(...query) {
    const result = await super.query(...query);
    const characters = result.fields.filter((field) => field.dataTypeID === 18);
    this.characterColumns = new Set(characters.map((field) => field.name));
    for (const field of characters) field.dataTypeID = 1042;
    return result;
  }
}

class CatalogueAdapter extends PrismaPg {
  #pool;

  constructor(pool) {
    super(pool);
    this.#pool = pool;
  }

  async connect() {
    const adapter = await super.connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const result = await queryRaw(query);
      const columnTypes = result.columnTypes.map((type, column) =>
        this.#pool.characterColumns.has(result.columnNames[column]) ? ColumnTypeEnum.Character : type,
      );
      return { ...result, columnTypes };
    };
    return adapter;
  }
}

if (import.meta.main) process.stdout.write(`${await schemaDiff(process.argv[2])}\n`);
