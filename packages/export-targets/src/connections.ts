/** What targets have in common that keep a connection: one send is under way at a time, and is given up when it must end. */
import type { SendOutcome } from './target.ts';

export interface ConnectedSend<Connection> {
  readonly signal: AbortSignal;
  /** What was opened before, if that is still good. */
  readonly connection: Connection | undefined;
  /** Why its server must not be dialled; undefined: nothing is wrong with it. */
  objection?(): string | undefined;
  /** Keeps what it opens: `close` may be called meanwhile. @throws ForbiddenAddressError, and what goes wrong */
  open(): Promise<Connection>;
  send(connection: Connection): Promise<unknown>;
  /** Leaves the connection, if there is one. */
  close(): Promise<void>;
  meaningOf(error: unknown): SendOutcome;
}

/** Rejects only once the signal is aborted. A refusal leaves the connection as it is; after other errors it is made anew. */
export async function sendConnected<Connection>(work: ConnectedSend<Connection>): Promise<SendOutcome> {
  const { signal } = work;
  const giveUp = () => void work.close();
  signal.addEventListener('abort', giveUp);
  try {
    const objection = work.connection ? undefined : work.objection?.();
    if (objection !== undefined) return { outcome: 'misconfigured', error: objection };
    signal.throwIfAborted();
    const connection = work.connection ?? (await work.open());
    // Aborted meanwhile, it may be another's to send.
    signal.throwIfAborted();
    await work.send(connection);
    return { outcome: 'done' };
  } catch (error) {
    const outcome = work.meaningOf(error);
    if (signal.aborted || outcome.outcome !== 'refused') await work.close();
    signal.throwIfAborted();
    return outcome;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
