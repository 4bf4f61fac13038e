/** Units gathered to requests of the size that the server takes. */
import type { Item, Unit } from '../finding.ts';

/** What one request may hold; the server takes 1,000 entries and 8 MiB. */
const MAX_ENTRIES = 1_000;
const MAX_BYTES = 7_340_032;

export interface Batch {
  /** Of the registry whose devices these are; absent for registries and brokers. */
  readonly registryId?: string;
  readonly items: readonly Item[];
}

/**
 * The units in as few batches as possible, in order, with one registry's devices in each. A unit stays together; one that
 * no request can hold (a resource with a thousand certificates) goes on in batches behind its first.
 */
export async function* inBatches(units: AsyncIterable<Unit>, reserved = 0): AsyncGenerator<Batch> {
  let items: Item[] = [];
  let bytes = 0;
  let registryId: string | undefined;
  const take = (): Batch => {
    const batch = registryId === undefined ? { items } : { registryId, items };
    items = [];
    bytes = 0;
    return batch;
  };
  for await (const unit of units) {
    const sizes = unit.items.map(({ body }) => Buffer.byteLength(JSON.stringify(body)) + 1);
    const unitBytes = sizes.reduce((sum, size) => sum + size, 0);
    const isFull = items.length + unit.items.length > MAX_ENTRIES - reserved || bytes + unitBytes > MAX_BYTES;
    if (items.length > 0 && (isFull || unit.registryId !== registryId)) yield take();
    registryId = unit.registryId;
    for (const [at, item] of unit.items.entries()) {
      const size = sizes[at] ?? 0;
      if (items.length >= MAX_ENTRIES - reserved || (items.length > 0 && bytes + size > MAX_BYTES))
        yield take();
      items.push(item);
      bytes += size;
    }
  }
  if (items.length > 0) yield take();
}
