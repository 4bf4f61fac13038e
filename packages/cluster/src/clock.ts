import type { Clock } from '@iotcore/process/clock';

/** What a node needs of a clock: everything in this package that waits asks the one that it was given. */
export type NodeClock = Pick<Clock, 'nowMs' | 'after' | 'soon'>;
