/** `iotcore emulate`: many devices that publish, for trying dashboards, exports and limits. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CliContext } from '../../context.ts';
import {
  type EmulatedDevice,
  makeDevices,
  removeDevices,
  runDevices,
} from '../../emulation/emulated-devices.ts';
import { payloadTemplate } from '../../emulation/payload-template.ts';
import {
  addFolderOption,
  addRegistryOptions,
  type SelectionOptions,
  selected,
} from '../../options/selection.ts';
import { count, durationMs } from '../../options/values.ts';
import { registryKind } from '../../resources/kinds.ts';
import { withExamples } from '../examples.ts';
import { connectAs } from '../mqtt/connection.ts';

interface EmulateOptions extends SelectionOptions {
  readonly registry?: string;
  readonly devices: number;
  readonly every: number;
  readonly for?: number;
  readonly payload: string;
  readonly topic: string;
  readonly keep?: boolean;
  readonly server?: string;
  readonly ca?: string;
}

const defaultDevices = 10;
const defaultEveryMs = 5000;
/** As many as one process of ours can be without being what is measured. */
const mostDevices = 10_000;

export function register(program: Command, context: CliContext): void {
  const command = program
    .command('emulate')
    .description('Make devices, publish as all of them until Ctrl-C, and remove them again')
    .addOption(new Option('--registry <id-or-name>', 'registry of the devices'));
  addFolderOption(addRegistryOptions(command, 'the same'))
    .option('--devices <n>', `how many, at most ${mostDevices}`, deviceCount, defaultDevices)
    .option('--every <time>', 'between two messages of a device: 5s, 1m', duration, defaultEveryMs)
    .option('--for <time>', 'end by itself after this time', duration)
    .option(
      '--payload <template>',
      'with {{random 18 25}}, {{pick on off}}, {{counter}}, {{time}}, {{device}}',
      '{{counter}}',
    )
    .option('--topic <subtopic>', 'events, state, or one of their subtopics', 'events')
    .option('--keep', 'leave the devices there at the end')
    .option('--server <address>', 'MQTT server, such as mqtts://iot.example.com:8883 (IOTCORE_MQTT)')
    .option('--ca <path>', 'who signed its certificate, in PEM (IOTCORE_CA)')
    .action((options: EmulateOptions) => emulate(options, context));
  withExamples(
    command,
    "iotcore emulate --registry greenhouse --devices 10 --every 1s --for 3s --payload 'temperature={{random 18 25}}'",
  );
}

async function emulate(options: EmulateOptions, context: CliContext): Promise<void> {
  const payload = payloadTemplate(options.payload);
  const { client, id: registryId } = await selected(context, registryKind, options.registry, options);
  const { signal: interrupted } = context;
  const made: EmulatedDevice[] = [];
  let published = 0;
  try {
    await makeDevices(client, registryId, options.devices, made, interrupted);
    if (interrupted.aborted) return;
    context.out.note(`${made.length} devices publish; Ctrl-C ends them`);
    const over = options.for === undefined ? [] : [AbortSignal.timeout(options.for)];
    const signal = AbortSignal.any([interrupted, ...over]);
    await runDevices(made, {
      now: context.now,
      ...{ everyMs: options.every, subtopic: options.topic, payload, signal },
      connect: ({ id, password }) =>
        connectAs({ ...serverOptions(options), username: id, password, qos: 1 }, context),
      published: () => {
        published += 1;
      },
    });
  } finally {
    if (!options.keep) await removeDevices(client, made);
    const fate = options.keep ? 'are left' : 'are removed';
    context.out.note(`published ${published} messages; the ${made.length} devices ${fate}`);
  }
}

function serverOptions({ server, ca }: EmulateOptions) {
  return { ...(server && { server }), ...(ca && { ca }) };
}

function deviceCount(text: string): number {
  const devices = count(1)(text);
  if (devices > mostDevices) throw new InvalidArgumentError(`At most ${mostDevices}.`);
  return devices;
}

function duration(text: string): number {
  const ms = durationMs(text);
  if (!ms) throw new InvalidArgumentError('It looks like 5s, 2m or 1h30m.');
  return ms;
}
