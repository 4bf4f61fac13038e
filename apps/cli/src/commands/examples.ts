import type { Command } from 'commander';
import type { Kind } from '../resources/kinds.ts';

/** Shows what a command looks like in use, after its help. docs/cli.md has the same lines, and tests run them. */
export function withExamples(command: Command, ...examples: readonly string[]): Command {
  const title = examples.length > 1 ? 'Examples' : 'Example';
  const lines = examples.map((example) => `  $ ${example}`).join('\n');
  return command.addHelpText('after', `\n${title}:\n${lines}`);
}

/** The names that examples use. */
export function exampleOf(noun: Kind['noun']): string {
  return { registry: 'greenhouse', device: 'pump', broker: 'hall' }[noun];
}
