import type { DropReason, Reason } from '@iotcore/engine';
import type { Credential } from '../clients/client.ts';
import type { TenantLimit } from '../tenants/tenant-limits.ts';

/** What happened to connections, counted since the start by a bounded set of names. */
export class ConnectionCounters {
  readonly acceptedBy = new Map<string, number>();
  readonly refusedBy = new Map<string, number>();
  readonly endedBy = new Map<string, number>();
  readonly droppedBy = new Map<string, number>();
  /** Turned away before the first byte was read, by the limit that was reached. */
  readonly turnedAwayBy = new Map<string, number>();
  /** Connections of proxies that were closed, by what was wrong with their header. */
  readonly proxyHeadersRefusedBy = new Map<string, number>();
  /** Passwords adopted from first connections: those that the API would have taken, and weak ones. */
  readonly adoptedBy = new Map<string, number>();
  /** Times that a tenant reached one of its limits. */
  readonly tenantLimitsReachedBy = new Map<string, number>();
  handshakesFailed = 0;
  silentDevices = 0;

  /** Of all clients that were refused. */
  get refusals(): number {
    return [...this.refusedBy.values()].reduce((sum, one) => sum + one, 0);
  }

  accepted(by: Credential['kind']): void {
    count(this.acceptedBy, by);
  }
  refused({ code }: Reason): void {
    count(this.refusedBy, code);
  }
  disconnected({ code }: Reason): void {
    count(this.endedBy, code);
  }
  dropped(reason: DropReason): void {
    count(this.droppedBy, reason);
  }
  passwordAdopted(isWeak: boolean): void {
    count(this.adoptedBy, isWeak ? 'weak' : 'strong');
  }
  tenantLimitReached(limit: TenantLimit): void {
    count(this.tenantLimitsReachedBy, limit);
  }
  turnedAway(limit: string): void {
    count(this.turnedAwayBy, limit);
  }
  proxyHeaderRefused(why: string): void {
    count(this.proxyHeadersRefusedBy, why);
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
