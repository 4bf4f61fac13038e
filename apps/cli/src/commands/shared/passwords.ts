/** `registry|device|broker password add, list, delete`. */
import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { addPasswordOptions, type PasswordOptions, readPassword } from '../../options/password.ts';
import { addOwnerSelection, type SelectionOptions, selected } from '../../options/selection.ts';
import type { Kind } from '../../resources/kinds.ts';
import { exampleOf, withExamples } from '../examples.ts';
import { reportChange, reportRemoval } from './report.ts';

export function registerPasswords(parent: Command, kind: Kind, context: CliContext): void {
  const { noun } = kind;
  const group = parent
    .command('password')
    .alias('passwords')
    .description(`Manage the passwords of a ${noun}; several may be valid at once`);

  const add = addPasswordOptions(addOwnerSelection(group.command('add'), kind))
    .description(`Add a password to a ${noun}; without an option it is asked for, or read from a pipe`)
    .action(async (either: string | undefined, options: SelectionOptions & PasswordOptions) => {
      const password = (await readPassword(options, context)) ?? (await askTwice(context));
      const { client, id } = await selected(context, kind, either, options);
      const operation = await kind.addPassword(client, id, password.text);
      const shown = password.generated ? { password: password.text } : {};
      await reportChange(context, operation, shown);
    });
  withExamples(
    add,
    `iotcore ${noun} password add --${noun}-name ${exampleOf(noun)} --generate-password`,
    `iotcore ${noun} password add --${noun}-name ${exampleOf(noun)} < password.txt`,
  );

  const list = addOwnerSelection(group.command('list'), kind)
    .description(`List the passwords of a ${noun}: their IDs, never their text`)
    .action(async (either: string | undefined, options: SelectionOptions) => {
      const { client, id } = await selected(context, kind, either, options);
      await context.out.rows(
        await kind.listPasswords(client, id),
        [
          { title: 'ID', value: (password) => password.id },
          { title: 'CREATED AT', value: ({ createdAt }) => createdAt },
        ],
        'no passwords',
      );
    });
  withExamples(list, `iotcore ${noun} password list --${noun}-name ${exampleOf(noun)}`);

  const remove = addOwnerSelection(group.command('delete'), kind)
    .description(`Delete a password of a ${noun}; sessions that it opened end`)
    .requiredOption('--password-id <id>', 'ID of the password, as `list` shows it')
    .action(async (either: string | undefined, options: SelectionOptions & { passwordId: string }) => {
      const { client, id } = await selected(context, kind, either, options);
      const operation = await kind.removePassword(client, id, options.passwordId);
      reportRemoval(context, operation, `password ${options.passwordId}`);
    });
  withExamples(
    remove,
    `iotcore ${noun} password delete --${noun}-name ${exampleOf(noun)} --password-id $PASSWORD_ID`,
  );
}

/** A password that is typed is not shown, and is asked for twice; one that is piped in is read once. */
async function askTwice({ prompt }: CliContext) {
  const text = await prompt.secret('New password: ');
  if (prompt.isTerminal && (await prompt.secret('Once more: ')) !== text)
    throw usageError('the two were not the same; nothing was changed');
  return { text, generated: false };
}
