import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { readOptionFile } from '../../options/files.ts';
import { addFolderOption, addRegistryOptions } from '../../options/selection.ts';
import { findId } from '../../resources/find.ts';
import { brokerKind, registryKind } from '../../resources/kinds.ts';
import { withExamples } from '../examples.ts';
import { reportChange } from '../shared/report.ts';

interface CreateOptions {
  readonly name?: string;
  readonly description?: string;
  readonly registryId?: string;
  readonly registryName?: string;
  readonly brokerId?: string;
  readonly brokerName?: string;
  readonly deviceId?: string;
  readonly mqttTopicFilter?: string;
  /** A kind of events; true: all. */
  readonly events?: string | true;
  readonly webhookUrl?: string;
  readonly webhookFormat?: 'YANDEX_TRIGGER' | 'CLOUDEVENTS' | 'RAW';
  readonly file?: string;
  readonly paused?: true;
  readonly folderId?: string;
}

export function registerCreate(parent: Command, context: CliContext): void {
  const create = addFolderOption(parent.command('create'))
    .description(
      'Create an export: messages of a registry, a device or a broker, or events of its clients, are handed on',
    )
    .argument('[name]', 'name of the export')
    .option('--name <name>', 'name of the export')
    .option('--description <text>', 'what it is for');
  addRegistryOptions(create, 'registry whose messages are taken')
    .option('--device-id <id>', 'only those of this device of the registry')
    .option('--broker-id <id>', 'broker whose messages are taken, by its ID')
    .option('--broker-name <name>', 'broker whose messages are taken, by its name')
    .option('--mqtt-topic-filter <filter>', 'only messages that it covers')
    .option(
      '--events [kind]',
      'no messages, but events of clients: all, or connected, disconnected, refused or silent',
    )
    .option('--webhook-url <url>', 'where they are sent')
    .option('--webhook-format <format>', 'YANDEX_TRIGGER (default), CLOUDEVENTS or RAW')
    .option('--file <path>', 'target and other fields as the API has them, in JSON: for what is secret')
    .option('--paused', 'record messages, and send none yet')
    .action(async (argument: string | undefined, options: CreateOptions) => {
      const client = await context.api();
      const body = await bodyOf(context, client, { name: argument, ...options } as CreateOptions);
      await reportChange(context, await answer(sdk.createExport({ client, body })));
    });
  withExamples(
    create,
    'iotcore export create telemetry --registry-name greenhouse --webhook-url https://example.com/telemetry --paused',
  );
}

async function bodyOf(
  context: CliContext,
  client: sdk.Client,
  options: CreateOptions,
): Promise<sdk.CreateExportRequest> {
  const { name, description, webhookUrl, webhookFormat, file, paused } = options;
  if ((webhookUrl === undefined) === (file === undefined))
    throw usageError('say where to: with --webhook-url, or with --file');
  const given = file === undefined ? {} : parsed(file, await readOptionFile('--file', file));
  const target = webhookUrl && {
    target: { webhook: { url: webhookUrl, ...(webhookFormat && { format: webhookFormat }) } },
  };
  return {
    ...given,
    ...target,
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(paused && { paused }),
    source: await sourceOf(context, client, options),
  } as sdk.CreateExportRequest;
}

async function sourceOf(context: CliContext, client: sdk.Client, options: CreateOptions) {
  const { registryId, registryName, brokerId, brokerName, deviceId } = options;
  const mqttTopicFilter = filterOf(options);
  const folderId = await context.configuration.folderId(options.folderId);
  const isOfBroker = brokerId !== undefined || brokerName !== undefined;
  const owner = isOfBroker
    ? { brokerId: await findId(client, brokerKind, { id: brokerId, name: brokerName, folderId }) }
    : { registryId: await findId(client, registryKind, { id: registryId, name: registryName, folderId }) };
  return { ...owner, ...(deviceId && { deviceId }), ...(mqttTopicFilter && { mqttTopicFilter }) };
}

function filterOf({ mqttTopicFilter, events }: CreateOptions): string | undefined {
  if (events === undefined) return mqttTopicFilter;
  if (mqttTopicFilter !== undefined)
    throw usageError('an export takes messages or events: give --mqtt-topic-filter or --events');
  return `$events/${events === true ? '#' : events}`;
}

function parsed(file: string, content: Buffer): object {
  try {
    const value: unknown = JSON.parse(content.toString());
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below.
  }
  throw usageError(`--file: ${file} holds no JSON object`);
}
