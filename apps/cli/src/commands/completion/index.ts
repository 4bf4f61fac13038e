/** `iotcore completion bash|zsh|fish`: a script that completes commands and options, without starting anything. */
import { Argument, type Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { withExamples } from '../examples.ts';
import { bashScript, fishScript, type Node, zshScript } from './scripts.ts';

const shells = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;
type Shell = keyof typeof shells;

export function register(program: Command, context: CliContext): void {
  const completion = program
    .command('completion')
    .description('Print a script that lets a shell complete commands and options')
    .addArgument(new Argument('<shell>', 'whose script').choices(Object.keys(shells)))
    .action((shell: Shell) => context.out.raw(shells[shell](nodesOf(program, []))));
  withExamples(completion, 'source <(iotcore completion bash)', 'iotcore completion fish');
}

/** Every place in the command line, and what may come there. */
function nodesOf(command: Command, path: readonly string[]): Node[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((one) => one.name() !== 'help');
  const options = [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
  const node: Node = {
    path,
    commands: commands.map((one) => ({ word: one.name(), description: one.description() })),
    options: options.map(({ long, short, description, argChoices, required, optional }) => ({
      word: long ?? short ?? '',
      description,
      takesValue: required || optional,
      choices: argChoices ?? [],
    })),
  };
  return [node, ...commands.flatMap((one) => nodesOf(one, [...path, one.name()]))];
}
