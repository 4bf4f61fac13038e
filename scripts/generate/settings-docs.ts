/**
 * Writes docs/settings.md from the tables that the programs read their settings by. With --check it writes nothing, and
 * fails if what is there is stale.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { internalSettingsTable, type Setting, settingsTable } from '@iotcore/process';

const path = 'docs/settings.md';
const file = join(import.meta.dirname, '..', '..', path);

const head = `<!-- Generated from packages/process/src/settings/table.ts by scripts/generate/settings-docs.ts -->

# Settings

All settings come from the environment, checked at start: an unknown \`IOT_…\` variable or a bad value ends the program with
a line that says what would be right. One that is set to nothing counts as not set, where nothing else is said. Both planes
read the same settings, and each uses its own: a machine that runs both needs one set.

\`IOT_CONFIG_FILE\` names a file of settings, \`NAME=value\` a line, as systemd's \`EnvironmentFile\` has them: \`#\` begins a comment
line, quotes are optional, unknown and repeated names are refused. A secret may lie in a file of its own: \`DATABASE_URL_FILE\` names
the one with \`DATABASE_URL\`. What the environment says itself goes before both. \`iotcore config check\` says everything that is wrong,
and which of the files that settings name cannot be read.

`;

const internalHead = `
## Internal settings

For the tests of this repository, which need other times than a service does. Leave them alone: they promise nothing, and may
change or go with any version.

`;

const tableHead = `| variable | default | value | what it does |
| --- | --- | --- | --- |
`;

/** Text in a cell: a bar would end it. */
const cell = (text: string) => text.replaceAll('|', '\\|');

function row({ variable, type, default: fallback, description }: Setting<unknown>): string {
  const shown = fallback === undefined ? 'not set' : fallback === '' ? 'nothing' : `\`${fallback}\``;
  return `| ${[`\`${variable}\``, shown, type.expects, description].map(cell).join(' | ')} |\n`;
}

function table(settings: Readonly<Record<string, Setting<unknown>>>): string {
  return tableHead + Object.values(settings).map(row).join('');
}

const text = head + table(settingsTable) + internalHead + table(internalSettingsTable);

if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
  if (process.argv.includes('--check')) {
    console.error(`${path} is stale: run node scripts/generate/settings-docs.ts`);
    process.exitCode = 1;
  } else {
    await writeFile(file, text);
  }
}
