/**
 * Sends units to the server, several requests at a time. Registries and brokers are all there before the first device is
 * sent. What was sent twice is UNCHANGED the second time, so that an import which was broken off is simply run again.
 */
import type { ImportResult } from '@iotcore/sdk';
import { ApiRefusal } from '../../errors.ts';
import type { Account } from '../account.ts';
import type { Item, ItemKind, Unit } from '../finding.ts';
import { type Batch, inBatches } from './batches.ts';

/** The body of one import call. */
export type ImportBody = Partial<Record<(typeof lists)[ItemKind], readonly object[]>>;

/** Sends one request; tries again while that may help. Resolves to one result an entry, in the order of the lists. */
type SendImport = (body: ImportBody) => Promise<readonly ImportResult[]>;

const lists = {
  REGISTRY: 'registries',
  BROKER: 'brokers',
  DEVICE: 'devices',
  CERTIFICATE: 'certificates',
} as const;
/** The order in which the server answers. */
const order = ['REGISTRY', 'BROKER', 'DEVICE', 'CERTIFICATE'] as const;

interface ImportingOptions {
  readonly send: SendImport;
  readonly account: Account;
  /** Nothing is written. Then each request brings its registry along, as those before it left none behind. */
  readonly dryRun: boolean;
  /** Requests at the same time. */
  readonly parallel: number;
  /** Ends the import after the requests that are under way. */
  readonly signal: AbortSignal;
  /** Told after each request. */
  progress(): void;
}

/** INVALID_ARGUMENT, and an INTERNAL error that trying again did not cure: google.rpc codes that one entry can cause. */
const wholeRequest: ReadonlySet<number> = new Set([3, 13]);

/** Sends everything. Fails, once no request is under way any more, with the first error that ended it. */
export async function importUnits(units: AsyncIterable<Unit>, options: ImportingOptions): Promise<void> {
  const { dryRun, parallel, signal } = options;
  const registries = new Map<string, object>();
  const underWay = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  let areDevices = false;
  for await (const batch of inBatches(units, dryRun ? 1 : 0)) {
    // Certificates beyond the first request of their owner wait for it; devices for all registries.
    const [first] = batch.items;
    if (first?.kind === 'CERTIFICATE' || (batch.registryId !== undefined && !areDevices)) {
      await Promise.all(underWay);
    }
    areDevices = batch.registryId !== undefined;
    while (underWay.size >= parallel) await Promise.race(underWay);
    if (failure || signal.aborted) break;
    if (dryRun)
      for (const { kind, id, body } of batch.items) if (kind === 'REGISTRY') registries.set(id, body);
    const sent = sendBatch(batch, dryRun ? registries.get(batch.registryId ?? '') : undefined, options)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => underWay.delete(sent));
    underWay.add(sent);
  }
  await Promise.all(underWay);
  if (failure) throw failure.error;
}

async function sendBatch(
  batch: Batch,
  registry: object | undefined,
  options: ImportingOptions,
): Promise<void> {
  const { items } = batch;
  try {
    await sendItems(batch, registry, options);
  } catch (error) {
    if (!(error instanceof ApiRefusal) || !wholeRequest.has(error.status.code)) throw error;
    // Something in it fails the whole request: the halves are tried alone, until it stands alone.
    const [item] = items;
    if (items.length === 1 && item) return refuseAlone(item, batch.registryId, error, options);
    const middle = Math.ceil(items.length / 2);
    await sendBatch({ ...batch, items: items.slice(0, middle) }, registry, options);
    await sendBatch({ ...batch, items: items.slice(middle) }, registry, options);
  }
}

function refuseAlone(
  item: Item,
  registryId: string | undefined,
  { message }: ApiRefusal,
  { account, progress }: ImportingOptions,
): void {
  const { kind, id } = item;
  account.settle(item, { kind, id, outcome: 'REFUSED', reason: message }, registryId);
  progress();
}

async function sendItems(
  { items, registryId }: Batch,
  registry: object | undefined,
  { send, account, progress }: ImportingOptions,
): Promise<void> {
  const sorted = order.flatMap((kind) => items.filter((item) => item.kind === kind));
  const body: ImportBody = Object.fromEntries(
    order.map((kind) => [lists[kind], sorted.filter((item) => item.kind === kind).map((item) => item.body)]),
  );
  const results = await send(registry ? { ...body, registries: [registry] } : body);
  const own = registry ? results.slice(1) : results;
  if (own.length !== sorted.length)
    throw new Error(`${sorted.length} entries sent, ${own.length} results came`);
  sorted.forEach((item: Item, at) => {
    account.settle(item, own[at] as ImportResult, registryId);
  });
  progress();
}
