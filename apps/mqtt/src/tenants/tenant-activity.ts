import type { Traffic } from '@iotcore/engine';
import { connectionsToldEveryMs, type TenantCounts } from '@iotcore/store/processes';

export type ToldActivity = TenantCounts & { readonly connections: number };

/** What a tenant did in this process, counted since it was made: one that was forgotten begins anew. */
export class TenantActivity {
  /** The engine counts here. */
  readonly traffic: Traffic = { messagesIn: 0, bytesIn: 0, messagesOut: 0, bytesOut: 0, messagesDropped: 0 };
  clientsRefused = 0;
  #told: ToldActivity = { ...this.#counts(), connections: 0 };
  #toldAtMs = 0;

  /** Has it done anything since it was told, or are there other connections? */
  isUntold(connections: number): boolean {
    const now: ToldActivity = { ...this.#counts(), connections };
    return (Object.keys(now) as (keyof ToldActivity)[]).some((name) => now[name] !== this.#told[name]);
  }

  /**
   * What was done since the last call; undefined: nothing, and there are as many connections as then. Connections that stay are told again
   * from time to time: what was told of them long ago is not looked for.
   */
  take(connections: number, nowMs: number): ToldActivity | undefined {
    const isDue = connections > 0 && nowMs - this.#toldAtMs >= connectionsToldEveryMs;
    if (!isDue && !this.isUntold(connections)) return undefined;
    const before = this.#told;
    const now: ToldActivity = { ...this.#counts(), connections };
    this.#told = now;
    this.#toldAtMs = nowMs;
    return {
      connections,
      messagesReceived: now.messagesReceived - before.messagesReceived,
      bytesReceived: now.bytesReceived - before.bytesReceived,
      messagesSent: now.messagesSent - before.messagesSent,
      bytesSent: now.bytesSent - before.bytesSent,
      messagesDropped: now.messagesDropped - before.messagesDropped,
      refused: now.refused - before.refused,
    };
  }

  #counts(): TenantCounts {
    const { messagesIn, bytesIn, messagesOut, bytesOut, messagesDropped } = this.traffic;
    return {
      messagesReceived: messagesIn,
      bytesReceived: bytesIn,
      messagesSent: messagesOut,
      bytesSent: bytesOut,
      ...{ messagesDropped, refused: this.clientsRefused },
    };
  }
}
