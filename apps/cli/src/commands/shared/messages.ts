/** `registry|device|broker messages`: what it hears, as it happens. */
import type { Client } from '@iotcore/sdk';
import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { addSelection, type SelectionOptions, selected } from '../../options/selection.ts';
import { count } from '../../options/values.ts';
import type { Kind } from '../../resources/kinds.ts';
import { eventsOf, gapNote, openView, watchPath } from '../../watch.ts';
import { exampleOf, withExamples } from '../examples.ts';

interface MessageOptions extends SelectionOptions {
  readonly filter?: string;
  readonly limit?: number;
}

interface WatchedMessage {
  readonly at: string;
  readonly topic: string;
  readonly qos: number;
  readonly size: number;
  /** Base64; absent without the right to see it. */
  readonly payload?: string;
}

export function registerMessages(parent: Command, kind: Kind, context: CliContext): void {
  const { noun } = kind;
  const messages = addSelection(parent.command('messages'), kind)
    .description(
      `Show what a ${noun} hears${noun === 'device' ? ' and says' : ''} as it happens, until Ctrl-C`,
    )
    .option('-f, --follow', 'as it does anyway: nothing of the past is kept')
    .option('--filter <filter>', 'only topics that match this filter, which it may subscribe to')
    .option('--limit <n>', 'end after so many messages', count(1))
    .action(async (either: string | undefined, options: MessageOptions) => {
      const { client, id } = await selected(context, kind, either, options);
      await context.out.stream(messagesOf(client, watchPath(kind, id, 'messages'), options, context), [
        { title: 'TIME', value: ({ at }) => at },
        { title: 'TOPIC', value: ({ topic }) => topic },
        { title: 'BYTES', value: ({ size }) => size },
        { title: 'PAYLOAD', value: ({ payload = '' }) => Buffer.from(payload, 'base64').toString() },
      ]);
    });
  withExamples(messages, `iotcore ${noun} messages ${exampleOf(noun)} --follow`);
}

async function* messagesOf(
  client: Client,
  url: string,
  { filter, limit = Number.POSITIVE_INFINITY }: MessageOptions,
  { out, signal }: CliContext,
): AsyncGenerator<WatchedMessage> {
  const query = filter === undefined ? {} : { filter };
  const view = await openView(client, url, query, signal);
  let left = limit;
  for await (const { event, data } of eventsOf(view, signal)) {
    if (event === 'message') yield data as unknown as WatchedMessage;
    else if (event === 'refused') out.note(`a client was refused: ${data['rule']}`);
    else if (event === 'dropped') out.note(`${data['count']} messages were more than can be shown`);
    else if (event === 'gap') out.note(gapNote(data, 'messages'));
    if (event === 'message' && --left <= 0) return;
  }
}
