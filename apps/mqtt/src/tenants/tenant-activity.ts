import type { Traffic } from '@iotcore/engine';
import type { TenantCounts } from '@iotcore/store/processes';

export type ToldActivity = TenantCounts & { readonly connections: number };

/** What a tenant did in this process, counted since it was made: one that was forgotten begins anew. */
export class TenantActivity {
  /** The engine counts here. */
  readonly traffic: Traffic = { messagesIn: 0, bytesIn: 0, messagesOut: 0, bytesOut: 0, messagesDropped: 0 };
  clientsRefused = 0;
  #told: ToldActivity = { ...this.#counts(), connections: 0 };

  /** What was done since the last call; undefined: nothing, and there are as many connections as then. */
  take(connections: number): ToldActivity | undefined {
    const before = this.#told;
    const now: ToldActivity = { ...this.#counts(), connections };
    this.#told = now;
    const names = Object.keys(now) as (keyof ToldActivity)[];
    if (names.every((name) => now[name] === before[name])) return undefined;
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
