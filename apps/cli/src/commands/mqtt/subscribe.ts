import { type Command, InvalidArgumentError } from 'commander';
import type { CliContext } from '../../context.ts';
import { CliError } from '../../errors.ts';
import type { Message, Session } from '../../mqtt/session.ts';
import { count, durationMs } from '../../options/values.ts';
import { printable } from '../../output/printable.ts';
import { withExamples } from '../examples.ts';
import { addConnectionOptions, type ConnectionOptions, connectAs } from './connection.ts';

interface SubscribeOptions extends ConnectionOptions {
  readonly topic: readonly string[];
  readonly details?: boolean;
  readonly count?: number;
  readonly timeout?: number;
}

export function registerSubscribe(parent: Command, context: CliContext): void {
  const all = (topic: string, before: readonly string[] = []) => [...before, topic];
  const subscribe = parent
    .command('subscribe')
    .description('Print the messages that a registry, device or broker hears, until Ctrl-C')
    .requiredOption(
      '-t, --topic <filter>',
      'topic, or a filter with + and #; may be given several times',
      all,
    )
    .option('--details', 'print topic and QoS, too')
    .option('--count <n>', 'end after so many messages', count(1))
    .option('--timeout <time>', 'end after so long (30s, 5m); with --count it is an error by then', duration);
  addConnectionOptions(subscribe).action(async (options: SubscribeOptions) => {
    const session = await connectAs(options, context);
    try {
      await session.subscribe(options.topic, options.qos);
      context.out.note(`subscribed to ${options.topic.join(', ')}`);
      await print(session, options, context);
    } finally {
      await session.end();
    }
  });
  withExamples(
    subscribe,
    "iotcore mqtt subscribe -u $REGISTRY_ID -P $REGISTRY_PASSWORD -t '$devices/+/events/#' --count 1 --timeout 30s",
    "iotcore mqtt subscribe --cert cert.pem --key key.pem -t '$me/device/commands' --details --timeout 1s",
  );
}

async function print(session: Session, options: SubscribeOptions, context: CliContext): Promise<void> {
  const { out } = context;
  const ends = [context.signal];
  if (options.timeout !== undefined) ends.push(AbortSignal.timeout(options.timeout));
  const messages = take(session.messages(AbortSignal.any(ends)), options.count);
  if (out.isTable) {
    for await (const message of messages)
      await out.raw(plain(message, options.details ?? false, out.isTerminal));
  } else {
    await out.stream(described(messages), []);
  }
  const missing = (options.count ?? 0) - session.taken;
  if (missing > 0 && !context.signal.aborted)
    throw new CliError(`${session.taken} of ${options.count} messages came in time`);
}

async function* take(messages: AsyncIterable<Message>, limit = Number.POSITIVE_INFINITY) {
  let taken = 0;
  for await (const message of messages) {
    yield message;
    taken += 1;
    if (taken >= limit) return;
  }
}

/** The payload as it came; on a terminal, what could play tricks with it is shown as escapes. */
function plain({ topic, qos, payload }: Message, details: boolean, isTerminal: boolean): Buffer | string {
  if (details) return `${printable(topic)}  qos ${qos}  ${printable(payload.toString('utf8'))}\n`;
  return isTerminal
    ? `${printable(payload.toString('utf8'))}\n`
    : Buffer.concat([payload, Buffer.from('\n')]);
}

/** A payload that is text as text, any other in base64. */
async function* described(messages: AsyncIterable<Message>) {
  for await (const { topic, qos, retain, payload } of messages) {
    const text = payload.toString('utf8');
    const isText = Buffer.from(text).equals(payload);
    yield {
      topic,
      qos,
      retain,
      ...(isText ? { payload: text } : { payloadBase64: payload.toString('base64') }),
    };
  }
}

function duration(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined) throw new InvalidArgumentError('It looks like 30s or 5m.');
  return ms;
}
