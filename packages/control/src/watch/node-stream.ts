/** One MQTT server's part of a watch: lines of an event's name and its data in JSON, over HTTP, until either side ends it. */
import type { DataPlaneNode, Owner } from '@iotcore/store/control';
import { errors } from '../errors/catalogue.ts';
import { publishTimeoutMs, watchSilenceMs } from '../limits.ts';
import type { StreamEvent } from '../pipeline/streams/stream-event.ts';

/** What an MQTT server is asked for. */
export interface NodeWatch {
  readonly principal: Owner;
  readonly messages: boolean;
  readonly filter?: string | undefined;
  /** Of each payload so many bytes; undefined: none. */
  readonly payloadBytes?: number | undefined;
  readonly refusals: boolean;
  readonly log: boolean;
}

/** The longest is a message with its payload and topic. */
const maxLineCharacters = 512 * 1024;

/**
 * Resolves once the server has begun. The events end when the server or the connection does, or it is silent for too long.
 *
 * @throws INVALID_ARGUMENT for a filter that is not granted, NOT_FOUND, RESOURCE_EXHAUSTED, UNIMPLEMENTED; UNAVAILABLE
 */
export async function openNodeStream(
  { url }: DataPlaneNode,
  token: string,
  { principal, ...rest }: NodeWatch,
  signal: AbortSignal,
): Promise<AsyncGenerator<StreamEvent>> {
  const ending = new AbortController();
  const answering = setTimeout(() => ending.abort(), publishTimeoutMs);
  const response = await fetch(new URL('/internal/watch', url), {
    method: 'POST',
    redirect: 'error',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ principalKind: principal.kind, principalId: principal.id, ...rest }),
    signal: AbortSignal.any([signal, ending.signal]),
  })
    .catch((error: unknown) => {
      throw errors.unavailable('An MQTT server did not answer.', error);
    })
    .finally(() => clearTimeout(answering));
  if (!response.ok || !response.body) throw await refusalOf(response);
  return readEvents(response.body, ending);
}

async function* readEvents(
  body: ReadableStream<Uint8Array>,
  ending: AbortController,
): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  let text = '';
  let silence = setTimeout(() => ending.abort(), watchSilenceMs);
  try {
    for await (const chunk of body) {
      clearTimeout(silence);
      text += decoder.decode(chunk, { stream: true });
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      if (text.length > maxLineCharacters) return;
      yield* lines.map(toEvent);
      silence = setTimeout(() => ending.abort(), watchSilenceMs);
    }
  } catch {
    // It has gone, or was ended: whoever reads follows the nodes.
  } finally {
    clearTimeout(silence);
    ending.abort();
  }
}

function toEvent(line: string): StreamEvent {
  const nameEnd = line.indexOf(' ');
  return { event: line.slice(0, nameEnd), data: JSON.parse(line.slice(nameEnd + 1)) as object };
}

async function refusalOf(response: Response): Promise<Error> {
  const { code, reason = '' } = (await response.json().catch(() => ({}))) as {
    code?: string;
    reason?: string;
  };
  switch (code) {
    case 'NOT_ALLOWED':
      return errors.invalidArgument([{ field: 'filter', description: reason }]);
    case 'NO_SUCH_PRINCIPAL':
      return errors.notFound('Resource');
    case 'TOO_MANY':
      return errors.tooManyWatches(reason);
    case 'UNIMPLEMENTED':
      return errors.unimplemented(reason);
    default:
      return errors.unavailable('An MQTT server did not answer.', { status: response.status, code });
  }
}
