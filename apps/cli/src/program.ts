/** The command line as a whole: its global flags, its commands, and the exit code of what became of it. */
import { version } from '@iotcore/process/version';
import { Command, CommanderError, Option } from 'commander';
import { commandGroups } from './commands/index.ts';
import type { Context } from './context.ts';
import { CliError } from './errors.ts';
import { exitCodes } from './exit-codes.ts';
import { formats } from './output/output.ts';

/** Runs one command line. Errors are told on standard error; resolves to the exit code. */
export async function runProgram(args: readonly string[], context: Context): Promise<number> {
  try {
    const program = await buildProgram(context, args[0]);
    await program.parseAsync(args, { from: 'user' });
    return exitCodes.success;
  } catch (error) {
    // Commander has said what was wrong by then.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.success : exitCodes.usage;
    if (!(error instanceof CliError)) throw error;
    context.out.note(`iotcore: ${error.message}`);
    return error.exitCode;
  }
}

/** All commands, or those of one group alone if `only` names one: each start loads what it needs. */
export async function buildProgram(context: Context, only?: string): Promise<Command> {
  const program = new Command('iotcore')
    .description('Manages registries, devices and brokers, and talks MQTT to them')
    .version(version, '-V, --version', 'print the version of IoT Core')
    .addOption(new Option('--format <format>', 'of results').choices(formats).default('table'))
    .option('--endpoint <url>', 'address of the API (IOTCORE_ENDPOINT)')
    .option('--token <token>', 'access token or API key (IOTCORE_TOKEN)')
    .option('--profile <name>', 'named settings (IOTCORE_PROFILE); see `iotcore config profile`')
    .option('--data-dir <folder>', 'data folder of a running `npm start` (IOTCORE_DATA_DIR)')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .showHelpAfterError('Add --help to see what it takes.')
    .configureOutput({
      writeOut: (text) => void context.out.raw(text),
      writeErr: (text) => context.out.note(text.trimEnd()),
    })
    .exitOverride()
    .hook('preAction', () => context.configure(program.opts()));
  const group = commandGroups.find(({ name, needsAll }) => name === only && !needsAll);
  for (const { load } of group ? [group] : commandGroups) (await load()).register(program, context);
  return program;
}
