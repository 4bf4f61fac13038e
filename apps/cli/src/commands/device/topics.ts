/** `device state`, `device config`, `device send-command`: the topics of a device, with an administrator's token. */
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer, everyPage } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { addPayloadOptions, type PayloadOptions, readPayload } from '../../options/payload.ts';
import { addSelection, type SelectionOptions, selected } from '../../options/selection.ts';
import { count } from '../../options/values.ts';
import { printable } from '../../output/printable.ts';
import { deviceKind } from '../../resources/kinds.ts';
import { withExamples } from '../examples.ts';

interface TopicOptions extends SelectionOptions, PayloadOptions {
  readonly subtopic?: string;
  readonly limit?: number;
}

/** Which principal writes which of a device's permanent topics, as over MQTT. */
const topics = [
  { name: 'state', writer: 'device', what: 'what the device says of itself' },
  { name: 'config', writer: 'registry', what: 'what it is told to be' },
] as const;

interface Target {
  readonly client: sdk.Client;
  readonly id: string;
  readonly topic: string;
}

export function registerTopics(device: Command, context: CliContext): void {
  for (const { name, writer, what } of topics) {
    const group = device.command(name).description(`The retained ${name} of a device: ${what}`);
    registerGet(group, name, context);
    registerList(group, name, context);
    registerSet(group, name, writer, context);
    registerClear(group, name, writer, context);
  }
  const send = addPayloadOptions(addTopicOptions(device.command('send-command')))
    .description(
      'Send a command to a device, as its registry; a device that is not connected does not get it',
    )
    .action(async (either: string | undefined, options: TopicOptions) => {
      const target = await targetOf('commands', either, options, context);
      await publish('registry', target, await readPayload(options));
      context.out.note(`sent to ${target.topic}`);
    });
  withExamples(send, 'iotcore device send-command pump -m restart');
}

function registerGet(group: Command, name: string, context: CliContext): void {
  const get = addTopicOptions(group.command('get'))
    .description(`Print the ${name}, byte by byte as it was sent; on a terminal, escaped`)
    .action(async (either: string | undefined, options: TopicOptions) => {
      const { client, id, topic } = await targetOf(name, either, options, context);
      const call = sdk.getDeviceRetainedMessage({ client, path: { deviceId: id }, query: { topic } });
      const message = await answer(call);
      if (!context.out.isTable) return context.out.result(message);
      const payload = Buffer.from(message.data, 'base64');
      if (!context.out.isTerminal) return context.out.raw(payload);
      const lines = payload.toString('utf8').replace(/\n$/, '').split('\n');
      await context.out.raw(`${lines.map(printable).join('\n')}\n`);
    });
  withExamples(get, `iotcore device ${name} get pump`, `iotcore device ${name} get pump --format json`);
}

function registerList(group: Command, name: string, context: CliContext): void {
  const list = addSelection(group.command('list'), deviceKind)
    .description(`List the topics of the ${name} that have a message`)
    .option('--limit <n>', 'topics at most', count(1))
    .action(async (either: string | undefined, options: TopicOptions) => {
      const { client, id } = await selected(context, deviceKind, either, options);
      const start = `$devices/${id}/${name}`;
      async function* ofTopic() {
        let left = options.limit ?? Number.POSITIVE_INFINITY;
        for await (const row of retainedTopics(client, id)) {
          if (row.topic !== start && !row.topic.startsWith(`${start}/`)) continue;
          if (left-- <= 0) return;
          yield row;
        }
      }
      await context.out.rows(
        ofTopic(),
        [
          { title: 'TOPIC', value: ({ topic }) => topic },
          { title: 'BYTES', value: ({ bytes }) => bytes },
          { title: 'UPDATED AT', value: ({ updatedAt }) => updatedAt },
        ],
        `no topic of the ${name} has a message`,
      );
    });
  withExamples(list, `iotcore device ${name} list pump`);
}

function registerSet(group: Command, name: string, writer: 'device' | 'registry', context: CliContext): void {
  const set = addPayloadOptions(addTopicOptions(group.command('set')))
    .description(`Set the ${name}, as the ${writer}`)
    .action(async (either: string | undefined, options: TopicOptions) => {
      const target = await targetOf(name, either, options, context);
      await publish(writer, target, await readPayload(options));
      context.out.note(`set ${target.topic}`);
    });
  withExamples(set, `iotcore device ${name} set pump -m '{"valve":"open"}'`);
}

function registerClear(
  group: Command,
  name: string,
  writer: 'device' | 'registry',
  context: CliContext,
): void {
  const clear = addTopicOptions(group.command('clear'))
    .description(`Clear the ${name}: later subscribers get none`)
    .action(async (either: string | undefined, options: TopicOptions) => {
      const target = await targetOf(name, either, options, context);
      await publish(writer, target, '');
      context.out.note(`cleared ${target.topic}`);
    });
  withExamples(clear, `iotcore device ${name} clear pump`);
}

function addTopicOptions(command: Command): Command {
  return addSelection(command, deviceKind).option('--subtopic <path>', 'what follows in the topic: a/b');
}

async function targetOf(
  name: string,
  either: string | undefined,
  options: TopicOptions,
  context: CliContext,
): Promise<Target> {
  const { client, id } = await selected(context, deviceKind, either, options);
  const rest = options.subtopic === undefined ? '' : `/${options.subtopic.replace(/^\//, '')}`;
  return { client, id, topic: `$devices/${id}/${name}${rest}` };
}

async function publish(
  writer: 'device' | 'registry',
  { client, id, topic }: Target,
  data: string,
): Promise<void> {
  const body = { topic, ...(data !== '' && { data }) };
  if (writer === 'device') {
    await answer(sdk.publishDeviceData({ client, path: { deviceId: id }, body }));
    return;
  }
  const { registryId } = await answer(sdk.getDevice({ client, path: { deviceId: id } }));
  await answer(sdk.publishRegistryData({ client, path: { registryId }, body }));
}

function retainedTopics(client: sdk.Client, deviceId: string): AsyncGenerator<sdk.RetainedTopic> {
  return everyPage(async (query) => {
    const call = sdk.listDeviceRetainedTopics({ client, path: { deviceId }, query });
    const { topics: items, nextPageToken } = await answer(call);
    return { items, nextPageToken };
  });
}
