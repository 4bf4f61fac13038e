/**
 * What a live view of a registry, device or broker shows: what it would hear itself. Of a device also what its registry hears of
 * it: who looks at a device wants to see what it says.
 */
import { isId } from '../../fields/ids.ts';
import type { Principal } from '../principal.ts';
import { readFullTopic, topicTable } from '../topic-table.ts';
import { readerGroupsOf } from './reader-groups.ts';

/** A filter, and with whose rights it is subscribed to. */
export interface WatchedFilter {
  readonly as: Principal;
  readonly filter: string;
}

/**
 * The filters of a live view; the caller leaves out what is refused of them.
 *
 * @param filter undefined: all that it hears, but for the monitoring of devices, which comes all the time
 */
export function watchedFilters(principal: Principal, filter: string | undefined): readonly WatchedFilter[] {
  const own = filter === undefined ? heardBy(principal) : [filter];
  const filters = own.map((one) => ({ as: principal, filter: one }));
  if (principal.kind !== 'device') return filters;
  const registry: Principal = { kind: 'registry', id: principal.registryId };
  const said = filter === undefined ? saidBy(principal.id) : [filter].filter(isAbout(principal.id));
  return [...filters, ...said.map((one) => ({ as: registry, filter: one }))];
}

/** Who publishes to a topic, as far as its full name tells: any device may publish to some topics of a registry. */
export function publisherOf(topic: string): { kind: 'device' | 'registry'; id?: string } | undefined {
  const address = readFullTopic(topic);
  if (!address || !isId(address.ownerId)) return undefined;
  const { publisher, root } = address.row;
  const isOwn = root === (publisher === 'device' ? 'devices' : 'registries');
  return { kind: publisher, ...(isOwn && { id: address.ownerId }) };
}

function heardBy(principal: Principal): string[] {
  if (principal.kind === 'broker') return ['#'];
  return readerGroupsOf(principal)
    .filter(({ kind }) => kind !== 'monitoring' && kind !== 'own-monitoring')
    .flatMap(({ hears }) => hears.map(({ pattern }) => pattern));
}

function saidBy(deviceId: string): string[] {
  return topicTable
    .filter(({ root, publisher }) => root === 'devices' && publisher === 'device')
    .map(({ kind }) => `$devices/${deviceId}/${kind}/#`);
}

function isAbout(deviceId: string): (filter: string) => boolean {
  return (filter) => filter.startsWith(`$devices/${deviceId}/`);
}
