/** A process that events happen in, and that may be asleep. */
export interface Sleeper {
  readonly isAlive: boolean;
  /** Events for it before this time wait. */
  readonly busyUntilMs: number;
}

export interface SimulatedEvent {
  readonly atMs: number;
  /** Decides between events of one moment. */
  readonly order: number;
  readonly work: () => void;
  /** The process in which it happens. */
  readonly process: Sleeper | undefined;
}

/** A binary heap, the earliest event first. */
export class EventQueue {
  readonly #heap: SimulatedEvent[] = [];

  peek(): SimulatedEvent | undefined {
    return this.#heap[0];
  }

  push(event: SimulatedEvent): void {
    const heap = this.#heap;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(event, heap[parent] as SimulatedEvent)) break;
      heap[at] = heap[parent] as SimulatedEvent;
      at = parent;
    }
    heap[at] = event;
  }

  pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (
        child + 1 < heap.length &&
        isBefore(heap[child + 1] as SimulatedEvent, heap[child] as SimulatedEvent)
      )
        child++;
      if (!isBefore(heap[child] as SimulatedEvent, last)) break;
      heap[at] = heap[child] as SimulatedEvent;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: SimulatedEvent, b: SimulatedEvent): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
