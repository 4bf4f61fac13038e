/** The cluster of MQTT nodes, as one of them sees it. */
export interface ClusterNodeView {
  /** One life of a process. */
  readonly node: string;
  readonly state: 'joining' | 'member' | 'condemned' | 'ended' | 'alone';
  /** What the node that was asked makes of it. */
  readonly seen: 'itself' | 'linked' | 'not linked';
  readonly unacknowledgedBytes: number;
  /** How long ago that was sent which it has acknowledged last. */
  readonly lagMs: number | undefined;
  /** Those that it misses itself. */
  readonly misses: readonly string[];
}

export interface ClusterView {
  /** May the node that was asked acknowledge messages? */
  readonly isGood: boolean;
  readonly nodes: readonly ClusterNodeView[];
}

interface Answer {
  readonly incarnation?: string;
  readonly isGood?: boolean;
  readonly rows?: readonly {
    readonly incarnation: string;
    readonly number: number;
    readonly state: ClusterNodeView['state'];
    readonly misses: readonly string[];
  }[];
  readonly peers?: readonly {
    readonly incarnation: string;
    readonly unacknowledgedBytes: number;
    /** Null: nothing has been acknowledged yet. */
    readonly confirmedAgoMs: number | null;
  }[];
}

const timeoutMs = 5_000;
/** Enough to tell nodes apart. */
const shownDigits = 8;

/** Asks the MQTT server whose admin port this is. A process that is alone is one node in the state `alone`. Rejects if it does not answer. */
export async function readCluster(adminUrl: string): Promise<ClusterView> {
  const response = await fetch(new URL('/cluster', adminUrl), { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`${adminUrl} answers ${response.status}`);
  return toView((await response.json()) as Answer);
}

export function toView({ incarnation, isGood = true, rows, peers = [] }: Answer): ClusterView {
  if (rows === undefined) {
    const alone = { node: '-', state: 'alone', seen: 'itself', unacknowledgedBytes: 0 } as const;
    return { isGood, nodes: [{ ...alone, lagMs: undefined, misses: [] }] };
  }
  const living = rows.filter(({ state }) => state !== 'ended').toSorted((a, b) => a.number - b.number);
  const nodes = living.map((row): ClusterNodeView => {
    const peer = peers.find((one) => one.incarnation === row.incarnation);
    return {
      node: row.incarnation.slice(0, shownDigits),
      state: row.state,
      seen: row.incarnation === incarnation ? 'itself' : peer ? 'linked' : 'not linked',
      unacknowledgedBytes: peer?.unacknowledgedBytes ?? 0,
      lagMs: peer?.confirmedAgoMs == null ? undefined : Math.round(peer.confirmedAgoMs),
      misses: row.misses.map((one) => one.slice(0, shownDigits)),
    };
  });
  return { isGood, nodes };
}
