/**
 * What systemd is told, if it started this process and wants to know: that it is ready, that it stops, and again and again that it
 * is not stuck (sd_notify(3)). Node has no datagram sockets of Unix: `systemd-notify`, which comes with systemd, sends it.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Of `systemd-notify`, which waits until systemd has taken what it sent. */
const sendTimeoutMs = 5000;
/** So often within the time after which systemd takes silence for a hang. */
const beatsInTime = 3;

/** Says it to systemd. Rejects if that cannot be done. */
export type SendState = (state: string) => Promise<unknown>;

export interface ServiceManagerParts {
  readonly send: SendState;
  /** After so long without a word systemd kills this process; undefined: it does not. */
  readonly watchdogMs: number | undefined;
  failed(error: unknown): void;
}

export class ServiceManager {
  readonly #parts: ServiceManagerParts;
  #beating: NodeJS.Timeout | undefined;

  constructor(parts: ServiceManagerParts) {
    this.#parts = parts;
  }

  /** Everything runs. From now on systemd hears that this process is not stuck. */
  ready(): void {
    void this.#say('READY=1');
    const { watchdogMs } = this.#parts;
    if (watchdogMs === undefined) return;
    this.#beating = setInterval(() => void this.#say('WATCHDOG=1'), watchdogMs / beatsInTime).unref();
  }

  async stopping(): Promise<void> {
    clearInterval(this.#beating);
    await this.#say('STOPPING=1');
  }

  async #say(state: string): Promise<void> {
    try {
      await this.#parts.send(state);
    } catch (error) {
      this.#parts.failed(error);
    }
  }
}

interface Environment {
  NOTIFY_SOCKET?: string | undefined;
  WATCHDOG_USEC?: string | undefined;
  WATCHDOG_PID?: string | undefined;
  PATH?: string | undefined;
}

/**
 * As systemd has set it up for this process; undefined: it has not. Its variables are taken out of `env`, since a process that is
 * started with them would speak for the whole service: Postgres does.
 */
export function takeServiceManager(
  env: Environment,
  failed: ServiceManagerParts['failed'],
): ServiceManager | undefined {
  const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID, PATH } = env;
  delete env.NOTIFY_SOCKET;
  delete env.WATCHDOG_USEC;
  delete env.WATCHDOG_PID;
  if (!NOTIFY_SOCKET) return undefined;
  const isWatched = WATCHDOG_USEC && (WATCHDOG_PID ?? String(process.pid)) === String(process.pid);
  const options = { env: { NOTIFY_SOCKET, PATH }, timeout: sendTimeoutMs };
  return new ServiceManager({
    send: (state) => promisify(execFile)('systemd-notify', [state], options),
    watchdogMs: isWatched ? Number(WATCHDOG_USEC) / 1000 : undefined,
    failed,
  });
}
