/** A stream that ends, with a last event that says why, as soon as its caller may not have it any more. */
import { streamCheckMs } from '../../limits.ts';
import type { StreamEvent } from './stream-event.ts';

export interface GuardedStream {
  /** Aborts when the caller has gone. */
  readonly gone?: AbortSignal;
  /** The source, which ends when `signal` aborts. */
  open(signal: AbortSignal): Promise<AsyncIterable<StreamEvent>>;
  /** Why the caller may not have it any more; undefined: it may. Rejects while that cannot be known. */
  whyEnded(): Promise<string | undefined>;
  /** Called once, when it is over. */
  over(): void;
}

/** Resolves once the source is open. @throws what `open` does, once `over` was called */
export async function guardStream(stream: GuardedStream): Promise<AsyncIterable<StreamEvent>> {
  const ending = new AbortController();
  const signal = AbortSignal.any([ending.signal, ...(stream.gone ? [stream.gone] : [])]);
  let reason: string | undefined;
  let isChecking = false;
  const check = async () => {
    if (isChecking) return;
    isChecking = true;
    // Deny by default: a stream whose caller cannot be checked may be opened anew.
    reason = await stream.whyEnded().catch(() => 'it cannot be checked whether it is still allowed');
    isChecking = false;
    if (reason !== undefined) ending.abort();
  };
  const timer = setInterval(() => void check(), streamCheckMs);
  const over = () => {
    clearInterval(timer);
    stream.over();
  };
  // Of a signal that is aborted already there comes no event.
  if (signal.aborted) over();
  else signal.addEventListener('abort', over, { once: true });
  try {
    const source = await stream.open(signal);
    return withEnd(source, () => reason, ending);
  } catch (error) {
    ending.abort();
    throw error;
  }
}

async function* withEnd(
  source: AsyncIterable<StreamEvent>,
  reason: () => string | undefined,
  ending: AbortController,
): AsyncGenerator<StreamEvent> {
  try {
    yield* source;
    if (reason() !== undefined) yield { event: 'ended', data: { reason: reason() } };
  } finally {
    ending.abort();
  }
}
