/** The database's record of a node. It alone decides which nodes are members. */
import { isIncarnation } from '../frames/frame.ts';

/** Forwards only, in this order. */
export const nodeStates = ['joining', 'member', 'condemned', 'ended'] as const;
export type NodeState = (typeof nodeStates)[number];

export interface NodeRow {
  /** One life of a process: 16 random bytes in hex. */
  readonly incarnation: string;
  /** In the order of joining. */
  readonly number: number;
  readonly state: NodeState;
  /** How often it has renewed its row. */
  readonly renewals: number;
  /** Those that have not confirmed it for some seconds, as it said when it last renewed. */
  readonly misses: readonly string[];
}

/** Living as far as the database knows. */
export function isAlive({ state }: Pick<NodeRow, 'state'>): boolean {
  return state === 'joining' || state === 'member';
}

/** Rows in the body of a frame. */
export function encodeRows(rows: readonly NodeRow[]): Buffer {
  return Buffer.from(JSON.stringify(rows));
}

/** Undefined: they are none. */
export function decodeRows(bytes: Buffer): NodeRow[] | undefined {
  let rows: unknown;
  try {
    rows = JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
  return Array.isArray(rows) && rows.every(isRow) ? rows : undefined;
}

function isRow(value: unknown): value is NodeRow {
  if (typeof value !== 'object' || value === null) return false;
  const { incarnation, number, state, renewals, misses } = value as Record<string, unknown>;
  return (
    isIncarnation(incarnation) &&
    Number.isSafeInteger(number) &&
    nodeStates.includes(state as NodeState) &&
    Number.isSafeInteger(renewals) &&
    Array.isArray(misses) &&
    misses.every(isIncarnation)
  );
}
