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

function makeContext() {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  return {
    stderr,
    context: new Context({
      env: {},
      stdin,
      stdout,
      stderr,
      onInterrupt: () => new AbortController().signal,
      now: () => new Date(),
    }),
  };
}

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  return text;
}

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
