/** Live views of the API: server-sent events. */
import { type Client, type ServerEvent, serverEvents } from '@iotcore/sdk';
import { answer } from './calls.ts';
import { CliError } from './errors.ts';
import type { Kind } from './resources/kinds.ts';

const collections = { registry: 'registries', device: 'devices', broker: 'brokers' } as const;

export function watchPath({ noun }: Kind, id: string, what: 'messages' | 'logs'): string {
  return `/ext/v1/${collections[noun]}/${id}/${what}:watch`;
}

/** Opens a live view: what happens from now on is in it. */
export async function openView(
  client: Client,
  url: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const call = client.get({
    ...{ url, signal, query, parseAs: 'stream' },
    security: [
      { scheme: 'bearer', type: 'http' },
      { name: 'Authorization', type: 'apiKey' },
    ],
  });
  return (await answer(call)) as ReadableStream<Uint8Array>;
}

/** What is said of the event `gap`. `what`: messages or lines. */
export function gapNote({ servers }: ServerEvent['data'], what: string): string {
  if (servers === 0) return `no MQTT server answers: there are no ${what} until one does`;
  return `an MQTT server came or went: ${what} may be missing here`;
}

/** What happens, until it is interrupted. @throws CliError when the API ends it */
export async function* eventsOf(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent> {
  try {
    for await (const { event, data } of serverEvents(body)) {
      if (event === 'ended') throw new CliError(`it is over: ${data['reason']}`);
      yield { event, data };
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (!signal.aborted) throw new CliError('the API has closed the live view');
}
