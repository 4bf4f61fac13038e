import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { commandGroups } from './commands/index.ts';
import { Context } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { buildProgram, runProgram } from './program.ts';

const root = join(import.meta.dirname, '../../..');

/** Nothing runs, nothing is piped in, and what is printed is kept. */
function makeContext() {
  const printed = { stdout: '', stderr: '' };
  const keep = (name: keyof typeof printed) =>
    new PassThrough().on('data', (text: Buffer) => {
      printed[name] += text.toString();
    });
  const context = new Context({
    env: {
      IOTCORE_CONFIG: '/nonexistent/config.json',
      IOTCORE_TOKEN: 'x',
      IOTCORE_ENDPOINT: 'http://x.invalid',
    },
    stdin: new PassThrough().end(),
    stdout: keep('stdout'),
    stderr: keep('stderr'),
    onInterrupt: () => new AbortController().signal,
    now: () => new Date(),
  });
  return { context, printed };
}

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  return text;
}

describe('a command line that is wrong ends with 2', () => {
  test.for<[string[], RegExp]>([
    [['regsitry', 'list'], /unknown command 'regsitry'\n\(Did you mean registry\?\)/],
    [['registry', 'lits'], /Did you mean list\?/],
    [['registry', 'list', '--limt', '3'], /unknown option '--limt'\n\(Did you mean --limit\?\)/],
    [['registry', 'list', 'more'], /too many arguments/],
    [['registry', 'list', '--limit', '0'], /whole number, 1 or more/],
    [['registry', 'list', '--format', 'xml'], /Allowed choices are table, text, json/],
    [['registry', 'get'], /name one registry/],
    [['registry', 'get', 'a', '--name', 'b'], /name one registry/],
    [['registry', 'update', 'a'], /say what to change/],
    [['registry', 'create', 'a', '--name', 'b'], /give the name once/],
    [['registry', 'create', 'a', '--password', 'x', '--generate-password'], /one way only/],
    [['device', 'create', 'a'], /name one registry/],
    [['registry', 'create', 'a', '--min-log-level', 'loud'], /It is one of trace, debug/],
    [['device', 'certificate', 'add', 'a'], /required option '--certificate-file <path>'/],
    [['device', 'logs', 'a', '--since', 'soon'], /soon is no time/],
    [['mqtt', 'publish', '-t', 'x', '-m', 'y'], /say who connects/],
    [['mqtt', 'publish', '-t', 'x', '-m', 'y', '-f', 'z', '-u', 'u', '-P', 'p'], /payload one way/],
    [
      ['mqtt', 'publish', '-t', 'x', '-m', 'y', '-u', 'u', '-P', 'p', '-q', '2'],
      /It is one of 0, at-most-once, 1/,
    ],
    [['mqtt', 'subscribe', '-t', 'x', '--cert', 'c'], /--cert and --key go together/],
    [['completion', 'powershell'], /Allowed choices are bash, zsh, fish/],
    [['migrate', 'adoption', 'on', '--registry-id', 'a'], /required option '--until <time>'/],
    [['registry', 'list', '--endpoint', 'localhost'], /no address of an API/],
    [['registry', 'list', '--profile', 'nobody'], /there is no profile nobody/],
  ])('%s', async ([line, message]) => {
    const { context, printed } = makeContext();
    expect(await runProgram(line, context)).toBe(exitCodes.usage);
    expect(printed.stdout).toBe('');
    expect(printed.stderr).toMatch(message);
  });
});

describe('every command', () => {
  test('shows an example in its help, and documentation has it', async () => {
    const pages = globSync('docs/**/*.md', { cwd: root }).map((path) =>
      readFileSync(join(root, path), 'utf8'),
    );
    const documentation = pages.join('\n');
    const missing: string[] = [];
    const commands = leaves(await buildProgram(makeContext().context));
    expect(commands.length).toBeGreaterThan(40);
    for (const command of commands) {
      const examples = [...helpOf(command).matchAll(/^ {2}\$ (.*)$/gm)].map(([, example = '']) => example);
      expect(examples.length, command.name()).toBeGreaterThan(0);
      missing.push(...examples.filter((example) => !documentation.includes(example)));
    }
    expect(missing).toEqual([]);
  });

  test('is the same whether its group was loaded alone or with the others', async () => {
    const whole = await buildProgram(makeContext().context);
    for (const { name } of commandGroups) {
      const alone = await buildProgram(makeContext().context, name);
      const helps = [whole, alone].map((program) => {
        const group = program.commands.find((command) => command.name() === name);
        return group && leaves(group).map(helpOf);
      });
      expect(helps[0], name).toEqual(helps[1]);
    }
  });
});

test('the exit codes in the documentation are those there are', () => {
  const page = readFileSync(join(root, 'docs/cli.md'), 'utf8');
  const documented = [...page.matchAll(/^\| (\d) \| /gm)].map(([, code]) => Number(code));
  expect(documented).toEqual(Object.values(exitCodes));
});

test('help is no failure, and a line without a command shows it', async () => {
  const { context } = makeContext();
  expect(await runProgram(['help'], context)).toBe(exitCodes.success);
  expect(await runProgram(['registry', '--help'], context)).toBe(exitCodes.success);
  expect(await runProgram(['registry'], context)).toBe(exitCodes.usage);
});

test('--version prints the version alone', async () => {
  const { context, printed } = makeContext();
  expect(await runProgram(['--version'], context)).toBe(exitCodes.success);
  expect(printed.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
