/** `iotcore config …`: named settings for installations that are elsewhere, and a check of those of a server. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { mqttUrl } from '../../configuration/configuration.ts';
import { type Profile, type Profiles, readProfiles, writeProfiles } from '../../configuration/profiles.ts';
import type { CliContext } from '../../context.ts';
import { CliError, usageError } from '../../errors.ts';
import { exitCodes } from '../../exit-codes.ts';
import { withExamples } from '../examples.ts';

interface CreateOptions {
  readonly mqtt?: string;
  readonly ca?: string;
  readonly folderId?: string;
}

export function register(program: Command, context: CliContext): void {
  const config = program.command('config').description('Keep settings, and check those of a server');
  registerCheck(config, context);
  const profile = config
    .command('profile')
    .alias('profiles')
    .description('Named settings: the active one is used without a flag');
  registerCreate(profile, context);
  registerList(profile, context);
  registerActivate(profile, context);
  registerDelete(profile, context);
}

/** Of the environment of this command, as the processes of a server would read it. */
function registerCheck(parent: Command, context: CliContext): void {
  const check = parent
    .command('check')
    .description(
      'Check the settings of a server: those of a file, of the environment and of the files of secrets, and the files that they name',
    )
    .argument('[path]', 'file of settings (default: IOT_CONFIG_FILE)')
    .action(async (path: string | undefined) => {
      const { settingsProblems } = await import('@iotcore/process');
      const file = path === undefined ? {} : { IOT_CONFIG_FILE: resolve(path) };
      const problems = settingsProblems({ ...context.env, ...file });
      if (problems.length > 0) throw usageError(problems.join('\n'));
      context.out.note('the settings are well');
    });
  withExamples(check, 'iotcore config check');
}

function registerCreate(parent: Command, context: CliContext): void {
  const create = parent
    .command('create')
    .description('Keep --endpoint and --token, and where MQTT is, under a name; it becomes the active one')
    .argument('<name>', 'name of the profile')
    .option('--mqtt <address>', 'MQTT server, such as mqtts://iot.example.com:8883')
    .option('--ca <path>', 'the authority that signed its certificate, in PEM')
    .option('--folder-id <id>', 'folder that commands are about')
    .action(async (name: string, { mqtt, ca, folderId }: CreateOptions, command: Command) => {
      const { endpoint, token } = command.optsWithGlobals<{ endpoint?: string; token?: string }>();
      if (endpoint === undefined) throw usageError('say where the API is: --endpoint');
      const created: Profile = {
        endpoint: await context.configuration.endpoint(),
        token: token ?? (await context.prompt.secret('Token: ')),
        mqtt: mqtt === undefined ? undefined : mqttUrl(mqtt).href,
        ca: ca === undefined ? undefined : resolve(ca),
        folderId,
      };
      await change(context, ({ byName }) => ({
        active: name,
        byName: new Map([...byName, [name, created]]),
      }));
      context.out.note(`profile ${name} is active; it is kept in ${context.configuration.profilesPath}`);
    });
  withExamples(
    create,
    'iotcore config profile create plant --endpoint https://iot.example.com --token $TOKEN',
  );
}

function registerList(parent: Command, context: CliContext): void {
  const list = parent
    .command('list')
    .description('List the profiles; tokens are not shown')
    .action(async () => {
      const { active, byName } = await readProfiles(context.configuration.profilesPath);
      const profiles = [...byName].map(([name, { token, ...shown }]) => ({
        name,
        active: name === active,
        ...shown,
        hasToken: token !== undefined,
      }));
      await context.out.rows(
        profiles,
        [
          { title: 'NAME', value: ({ name }) => name },
          { title: 'ACTIVE', value: (one) => (one.active ? 'yes' : '') },
          { title: 'ENDPOINT', value: ({ endpoint }) => endpoint },
          { title: 'MQTT', value: ({ mqtt }) => mqtt },
          { title: 'FOLDER ID', value: ({ folderId }) => folderId },
        ],
        'no profiles: what runs on the data folder is used',
      );
    });
  withExamples(list, 'iotcore config profile list');
}

function registerActivate(parent: Command, context: CliContext): void {
  const activate = parent
    .command('activate')
    .description('Use a profile from now on; without a name none: the data folder is used again')
    .argument('[name]', 'name of the profile')
    .action(async (name: string | undefined) => {
      await change(context, (profiles) => {
        if (name !== undefined) requireProfile(profiles, name);
        return { ...profiles, active: name };
      });
      context.out.note(name === undefined ? 'no profile is active' : `profile ${name} is active`);
    });
  withExamples(activate, 'iotcore config profile activate plant');
}

function registerDelete(parent: Command, context: CliContext): void {
  const remove = parent
    .command('delete')
    .description('Forget a profile, and its token')
    .argument('<name>', 'name of the profile')
    .action(async (name: string) => {
      await change(context, (profiles) => {
        requireProfile(profiles, name);
        const byName = new Map([...profiles.byName].filter(([other]) => other !== name));
        return { active: profiles.active === name ? undefined : profiles.active, byName };
      });
      context.out.note(`deleted profile ${name}`);
    });
  withExamples(remove, 'iotcore config profile delete plant');
}

function requireProfile({ byName }: Profiles, name: string): void {
  if (!byName.has(name)) throw new CliError(`there is no profile ${name}`, exitCodes.notFound);
}

async function change(
  { configuration: { profilesPath } }: CliContext,
  next: (profiles: Profiles) => Profiles,
): Promise<void> {
  await writeProfiles(profilesPath, next(await readProfiles(profilesPath)));
}
