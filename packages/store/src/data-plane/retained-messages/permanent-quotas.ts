/** What one owner (a device, or a registry for its own topics) may have stored on permanent topics. */
export interface PermanentQuota {
  readonly topics: number;
  /** Of names and payloads together. */
  readonly bytes: number;
}

export interface PermanentQuotas {
  readonly device: PermanentQuota;
  readonly registry: PermanentQuota;
}

/**
 * What came of a write. `topics`, `bytes`: refused, since the owner would have more of them than its quota. `gone`: left out, since
 * the owner is gone, also if another has its ID by now.
 */
export type RetainedOutcome = 'stored' | 'cleared' | 'topics' | 'bytes' | 'gone';

/** An owner that has just used up more than `warningShare` of a quota. */
export interface PermanentQuotaWarning {
  readonly registryId: string;
  /** The folder that it was in; undefined: not known. */
  readonly folderId: string | undefined;
  /** Undefined: the registry itself. */
  readonly deviceId: string | undefined;
  readonly what: keyof PermanentQuota;
  readonly used: number;
  readonly quota: number;
}

const warningShare = 0.8;

/** A write, what the owner had before its statement, and what the write adds. */
export interface MeasuredWrite extends Pick<PermanentQuotaWarning, 'registryId' | 'folderId' | 'deviceId'> {
  readonly outcome: RetainedOutcome;
  /** Undefined: nothing was changed. */
  readonly version: number | undefined;
  readonly before: PermanentQuota;
  readonly added: PermanentQuota;
}

/** The owners that these writes, of one statement, have brought beyond the share of their quota at which they are warned. */
export function quotaWarnings(
  writes: readonly MeasuredWrite[],
  quotas: PermanentQuotas,
): readonly PermanentQuotaWarning[] {
  const owners = Map.groupBy(writes, ({ registryId, deviceId }) => `${registryId} ${deviceId ?? ''}`);
  return [...owners.values()].flatMap((ofOwner) =>
    (['topics', 'bytes'] as const).flatMap((what) => warningOf(ofOwner, what, quotas) ?? []),
  );
}

function warningOf(
  writes: readonly MeasuredWrite[],
  what: keyof PermanentQuota,
  quotas: PermanentQuotas,
): PermanentQuotaWarning | undefined {
  const [first] = writes;
  if (!first) return undefined;
  const { registryId, folderId, deviceId, before } = first;
  const quota = quotas[deviceId === undefined ? 'registry' : 'device'][what];
  const taken = writes.filter(({ outcome }) => outcome === 'stored' || outcome === 'cleared');
  const used = taken.reduce((sum, { added }) => sum + added[what], before[what]);
  const from = warningShare * quota;
  return before[what] < from && used >= from
    ? { registryId, folderId, deviceId, what, used, quota }
    : undefined;
}
