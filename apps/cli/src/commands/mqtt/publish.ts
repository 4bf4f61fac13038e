import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { readOptionFile } from '../../options/files.ts';
import { withExamples } from '../examples.ts';
import { addConnectionOptions, type ConnectionOptions, connectAs } from './connection.ts';

interface PublishOptions extends ConnectionOptions {
  readonly topic: string;
  readonly message?: string;
  readonly file?: string;
}

export function registerPublish(parent: Command, context: CliContext): void {
  const publish = parent
    .command('publish')
    .description('Publish messages as a registry, device or broker')
    .requiredOption('-t, --topic <topic>', 'topic')
    .option('-m, --message <text>', 'payload')
    .option('-f, --file <path>', 'file whose content is the payload')
    .option('-l, --stdin', 'publish each line of standard input');
  addConnectionOptions(publish).action(async (options: PublishOptions) => {
    const payloads = await payloadsOf(options, context);
    const session = await connectAs(options, context);
    let published = 0;
    try {
      for await (const payload of payloads) {
        if (context.signal.aborted) break;
        await session.publish(options.topic, payload, options.qos);
        published += 1;
      }
    } finally {
      await session.end();
    }
    context.out.note(
      `published ${published} ${published === 1 ? 'message' : 'messages'} to ${options.topic}`,
    );
  });
  withExamples(
    publish,
    "iotcore mqtt publish -u $DEVICE_ID -P $DEVICE_PASSWORD -t '$me/device/events' -m hello",
    "iotcore mqtt publish --cert cert.pem --key key.pem --qos 0 -t '$me/device/events' --file reading.json",
  );
}

async function payloadsOf(
  { message, file, stdin }: PublishOptions,
  { prompt }: CliContext,
): Promise<Iterable<Buffer> | AsyncIterable<Buffer>> {
  const given = [message, file, stdin].filter((one) => one !== undefined);
  if (given.length !== 1) throw usageError('give the payload one way: --message, --file or --stdin');
  if (message !== undefined) return [Buffer.from(message)];
  if (file !== undefined) return [await readOptionFile('--file', file)];
  return linesOf(prompt.input);
}

/** Reading begins with the first line that is asked for: what comes while it connects waits in the pipe. */
async function* linesOf(input: Readable): AsyncGenerator<Buffer> {
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) yield Buffer.from(line);
}
