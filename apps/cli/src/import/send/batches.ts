/** Units gathered to requests of the size that the server takes. */
import type { Item, Unit } from '../finding.ts';

/** What one request may hold; the server takes 1,000 entries and 8 MiB. */
const maxEntries = 1_000;
const maxBytes = 7_340_032;

export interface Batch {
  /** Of the registry whose devices these are; absent for registries and brokers. */
  readonly registryId?: string;
  readonly items: readonly Item[];
}

/**
 * The units in as few batches as possible, in order, with one registry's devices in each. A unit stays together; one that
 * no request can hold (a resource with a thousand certificates) goes on in batches after its first.
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
    const isFull = items.length + unit.items.length > maxEntries - reserved || bytes + unitBytes > maxBytes;
    if (items.length > 0 && (isFull || unit.registryId !== registryId)) yield take();
    registryId = unit.registryId;
    for (const [at, item] of unit.items.entries()) {
      const size = sizes[at] ?? 0;
      if (items.length >= maxEntries - reserved || (items.length > 0 && bytes + size > maxBytes))
        yield take();
      items.push(item);
      bytes += size;
    }
  }
  if (items.length > 0) yield take();
}
