/** `iotcore service-account key …`: authorized keys, with which an account signs the JWTs that it exchanges for tokens. */
import { generateKeyPair } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { CliError } from '../../errors.ts';
import { exitCodes } from '../../exit-codes.ts';
import { checkWritable } from '../../options/files.ts';
import { withExamples } from '../examples.ts';
import { reportRemoval } from '../shared/report.ts';
import { type AccountOptions, addAccountOwnerSelection, selectedAccount } from './account.ts';

interface CreateOptions extends AccountOptions {
  readonly output: string;
}

/** A file that its owner alone reads. */
const secretMode = 0o600;

export function registerKeys(parent: Command, context: CliContext): void {
  const keys = parent
    .command('key')
    .description('Manage authorized keys: what yc, Terraform and the SDKs sign in with');
  const create = addAccountOwnerSelection(keys.command('create'))
    .description(
      'Make a key pair; the private half goes to a file that yc, Terraform and the SDKs read, and nowhere else',
    )
    .option('-o, --output <file>', 'where the key goes, readable by you alone', 'key.json')
    .action((options: CreateOptions) => createKey(options, context));
  withExamples(
    create,
    'iotcore service-account key create --service-account-name deployer --output key.json',
  );

  const list = addAccountOwnerSelection(keys.command('list'))
    .description('List the authorized keys of a service account')
    .action(async (options: AccountOptions) => {
      const { client, serviceAccountId } = await selectedAccount(context, undefined, options);
      const { authorizedKeys } = await answer(sdk.listAuthorizedKeys({ client, path: { serviceAccountId } }));
      await context.out.rows(
        authorizedKeys,
        [
          { title: 'ID', value: ({ id }) => id },
          { title: 'CREATED AT', value: ({ createdAt }) => createdAt },
          { title: 'EXPIRES AT', value: ({ expiresAt }) => expiresAt },
        ],
        'no keys',
      );
    });
  withExamples(list, 'iotcore service-account key list --service-account-name deployer');

  const remove = addAccountOwnerSelection(keys.command('delete'))
    .description('Delete an authorized key; tokens that were exchanged for it end within a second')
    .argument('<id>', 'ID of the key')
    .action(async (authorizedKeyId: string, options: AccountOptions) => {
      const { client, serviceAccountId } = await selectedAccount(context, undefined, options);
      const path = { serviceAccountId, authorizedKeyId };
      reportRemoval(
        context,
        await answer(sdk.deleteAuthorizedKey({ client, path })),
        `the key ${authorizedKeyId}`,
      );
    });
  withExamples(remove, 'iotcore service-account key delete $KEY_ID --service-account-name deployer');
}

async function createKey(options: CreateOptions, context: CliContext): Promise<void> {
  const { output } = options;
  if (existsSync(output)) throw alreadyThere(output);
  checkWritable('--output', output);
  const { client, serviceAccountId } = await selectedAccount(context, undefined, options);
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const body = { publicKey };
  const { response } = await answer(sdk.createAuthorizedKey({ client, path: { serviceAccountId }, body }));
  const { id, createdAt } = response as unknown as sdk.AuthorizedKey;
  const file = keyFile({ id, serviceAccountId, createdAt, publicKey, privateKey });
  await writeFile(output, `${JSON.stringify(file, null, 2)}\n`, { flag: 'wx', mode: secretMode }).catch(
    async (error: NodeJS.ErrnoException) => {
      // A key whose private half is lost must not stay.
      await answer(sdk.deleteAuthorizedKey({ client, path: { serviceAccountId, authorizedKeyId: id } }));
      throw error.code === 'EEXIST' ? alreadyThere(output) : error;
    },
  );
  await context.out.result({ id, serviceAccountId, createdAt, keyAlgorithm: file.key_algorithm });
  context.out.note(`the key is in ${output}: keep it to its account alone`);
}

interface KeyPair {
  readonly id: string;
  readonly serviceAccountId: string;
  readonly createdAt: string;
  readonly publicKey: string;
  readonly privateKey: string;
}

/** As `yc iam key create` writes it. Clients in Go refuse a file with any other field. */
function keyFile({ id, serviceAccountId, createdAt, publicKey, privateKey }: KeyPair) {
  return {
    id,
    service_account_id: serviceAccountId,
    created_at: createdAt,
    key_algorithm: 'RSA_2048',
    public_key: publicKey,
    private_key: privateKey,
  };
}

function alreadyThere(path: string): CliError {
  return new CliError(`${path} is there already, and stays as it is: name another file`, exitCodes.conflict);
}
