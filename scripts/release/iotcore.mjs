#!/usr/bin/env node
// The programs of IoT Core behind one command: `iotcore serve` runs everything, `iotcore --help` lists what manages it.
import { resolve } from 'node:path';
import { withMemorySettings } from '../packages/process/src/memory-settings.mjs';

const oldestNode = [22, 13];
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
  process.stderr.write(
    `iotcore: Node ${oldestNode.join('.')} or newer is needed, and this is ${process.versions.node}\n`,
  );
  process.exit(1);
}

/**
 * Node 22 calls its SQLite experimental, in which an import keeps the aliases of an export that is too large for memory: nothing that
 * whoever imports has to know. Every other warning is printed as ever.
 */
const emitWarning = process.emitWarning;
process.emitWarning = (warning, ...rest) => {
  if (!String(warning).startsWith('SQLite is an experimental feature'))
    emitWarning.call(process, warning, ...rest);
};

// Where `serve` keeps its data, and where commands look for it.
process.env.IOT_DATA_DIR ||= resolve('data');

/** What runs until it is stopped, by a word that stands alone: `iotcore mqtt publish …` is of the command line. */
const services = {
  serve: '../apps/supervisor/src/main.js',
  api: '../apps/api/src/main.js',
  mqtt: '../apps/mqtt/src/main.js',
  'export-process': '../apps/export/src/main.js',
  'migrate-database': '../apps/api/src/migrate-database.js',
};
/** By the first word, which is one of theirs as well. */
const programs = {
  db: '../apps/supervisor/src/main.js',
  backup: '../apps/backup/src/main.js',
  restore: '../apps/backup/src/main.js',
};

const help = `Programs:
  serve                           everything, until Ctrl-C: API, MQTT server, exports, and a database unless
                                  DATABASE_URL names one
  api | mqtt | export-process     one of these alone, on the database that DATABASE_URL names
  db                              the embedded database alone
  migrate-database                bring the database to the schema of this release
  backup <file> | restore <file>  the whole installation as one file, and back
`;

const [word = '', ...others] = process.argv.slice(2);
const isHelp = (text) => text === '--help' || text === '-h';
const isProgram = Object.hasOwn(services, word) || Object.hasOwn(programs, word);
// Of `mqtt --help` the command line has more to say.
if (isProgram && word !== 'mqtt' && others.length === 1 && isHelp(others[0])) {
  process.stdout.write(help);
  process.exit();
}
if (others.length === 0 && (isHelp(word) || word === 'help' || word === ''))
  process.once('exit', () => process.stdout.write(`\n${help}`));
if (Object.hasOwn(services, word) && others.length === 0) {
  if (word === 'mqtt') beginAgainWithMemory();
  process.argv.splice(2, 1);
  await import(services[word]);
} else {
  await import(Object.hasOwn(programs, word) ? programs[word] : '../apps/cli/src/main.js');
}

/** Node takes settings of its memory at its start only: this process becomes one that has them. Where it cannot, it goes on. */
function beginAgainWithMemory() {
  if (!process.execve || process.env.NODE_OPTIONS?.includes('semi-space-size')) return;
  const args = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, args, withMemorySettings(process.env));
}
