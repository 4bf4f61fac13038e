/**
 * The triggers of the old service, as `yc serverless trigger list --format json` writes them, in `triggers.json` beside the
 * export. What calls a function or container for messages becomes an export that does the same; the others are named.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { usageError } from '../../errors.ts';
import {
  type ExportReading,
  exportName,
  type Fields,
  isFields,
  parse,
  type ReadExport,
  readingOf,
  readList,
  text,
} from './entries.ts';

/** URLs to call in place of functions and containers, by their IDs. */
export type TargetMap = Readonly<Record<string, string>>;

/** @throws CliError if it cannot be read as a list */
export async function readTriggers(folder: string, targets: TargetMap): Promise<ExportReading> {
  const entries = await readList(join(folder, 'triggers.json'), 'triggers');
  return readingOf(entries.map((entry) => readTrigger(entry, targets)));
}

/** A map of IDs to URLs. @throws CliError */
export async function readTargetMap(path: string): Promise<TargetMap> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usageError(`--target-map: ${path} cannot be read (${error.code})`);
  });
  const map = parse(text);
  if (isFields(map) && Object.values(map).every((url) => typeof url === 'string')) return map as TargetMap;
  throw usageError(`--target-map: ${path} is no JSON object of IDs and URLs`);
}

function readTrigger(entry: unknown, targets: TargetMap): ReadExport | ExportReading['others'][number] {
  const trigger = isFields(entry) ? entry : {};
  const name = text(trigger['name']) ?? text(trigger['id']) ?? 'without a name';
  const title = `trigger ${name}`;
  const rule = isFields(trigger['rule']) ? trigger['rule'] : {};
  const [kind] = ['iot_message', 'iot_broker_message'].filter((one) => isFields(rule[one]));
  if (kind === undefined) return { title, reason: 'it is not about messages of devices' };
  const message = rule[kind] as Fields;
  const id = calledId(message);
  const url = id === undefined ? undefined : (targets[id] ?? urlOf(message, id));
  if (url === undefined)
    return { title, reason: 'what it calls has no address here: name one with --target-map' };
  const source = sourceOf(kind, message);
  if (source === undefined) return { title, reason: 'it names no registry or broker' };
  return {
    title,
    export: {
      name: exportName(name),
      description: `Trigger ${text(trigger['id']) ?? name}`,
      source,
      target: { webhook: { url, format: 'YANDEX_TRIGGER' } },
      ...batchOf(message),
      paused: true,
    },
  };
}

function calledId(message: Fields): string | undefined {
  for (const [kind, field] of [
    ['invoke_function', 'function_id'],
    ['invoke_container', 'container_id'],
  ] as const) {
    const called = message[kind];
    if (isFields(called)) return text(called[field]);
  }
  return undefined;
}

/** Functions can be called from outside: the body becomes the event. Of a container no address follows from its ID. */
function urlOf(message: Fields, id: string): string | undefined {
  if (!isFields(message['invoke_function'])) return undefined;
  return `https://functions.yandexcloud.net/${encodeURIComponent(id)}?integration=raw`;
}

function sourceOf(kind: string, message: Fields) {
  const registryId = text(message['registry_id']);
  const deviceId = text(message['device_id']);
  const brokerId = text(message['broker_id']);
  const mqttTopicFilter = text(message['mqtt_topic']);
  const filter = mqttTopicFilter !== undefined && { mqttTopicFilter };
  if (kind === 'iot_broker_message') return brokerId === undefined ? undefined : { brokerId, ...filter };
  if (registryId === undefined) return undefined;
  return { registryId, ...(deviceId !== undefined && { deviceId }), ...filter };
}

/** `{"size": "1", "cutoff": "10s"}`; absent: one message a call. */
function batchOf(message: Fields) {
  const settings = message['batch_settings'];
  if (!isFields(settings)) return {};
  const size = Number(settings['size']);
  const cutoff = text(settings['cutoff']);
  return {
    batch: {
      ...(Number.isInteger(size) && size >= 1 && size <= 1000 && { maxMessages: size }),
      ...(cutoff !== undefined && /^\d{1,2}s$/.test(cutoff) && { cutoff }),
    },
  };
}
