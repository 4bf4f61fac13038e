/** The engine's questions about topics, answered by the rules of the model over what the directory knows. */
import type { PublishRoute, RetainedMessage, SubscriptionGrant } from '@iotcore/engine';
import {
  type DeviceLookup,
  filterLookup,
  grantFilter,
  type Principal,
  type RetainedSelection,
  readFullTopic,
  retainedSelections,
  routeTopic,
  type TopicRoute,
  topicLookup,
} from '@iotcore/model';
import type { KnownDevice } from '../directory/device-directory.ts';
import type { ExportDirectory } from '../exports/export-directory.ts';

export interface RightsParts {
  /** On behalf of the principal, which may not have too many looked up at the same time. */
  findDevices(
    lookup: DeviceLookup,
    principal: Principal,
  ): readonly KnownDevice[] | Promise<readonly KnownDevice[]>;
  /** The retained messages of a selection, as they are delivered, in pages. */
  readRetained(selection: RetainedSelection): AsyncIterable<readonly RetainedMessage[]>;
  /** Which logs get the messages of a route. */
  readonly exports: Pick<ExportDirectory, 'basis' | 'tapsOf'>;
}

/** Where a publication goes; undefined: not allowed. At once, unless a device must be looked up. */
export function route(
  { findDevices, exports }: RightsParts,
  principal: Principal,
  topic: string,
): PublishRoute | undefined | Promise<PublishRoute | undefined> {
  const lookup = topicLookup(principal, topic);
  if (lookup === undefined) return undefined;
  const devices = findDevices(lookup, principal);
  return devices instanceof Promise
    ? devices.then((found) => routeAmong(exports, found, principal, topic))
    : routeAmong(exports, devices, principal, topic);
}

/** Where the messages of a permanent topic of this registry go, whoever may publish them; undefined: its device is gone. */
export function routeRetained(
  parts: RightsParts,
  registryId: string,
  topic: string,
): PublishRoute | undefined | Promise<PublishRoute | undefined> {
  const address = readFullTopic(topic);
  if (address === undefined) return undefined;
  const isOfDevice = address.row.publisher === 'device';
  const publisher: Principal = isOfDevice
    ? { kind: 'device', id: address.ownerId, registryId }
    : { kind: 'registry', id: registryId };
  return route(parts, publisher, topic);
}

/** What a subscription receives; undefined: refused. At once, unless a device must be looked up. */
export function grant(
  { findDevices }: RightsParts,
  principal: Principal,
  filter: string,
): SubscriptionGrant | undefined | Promise<SubscriptionGrant | undefined> {
  const lookup = filterLookup(principal, filter);
  if (lookup === undefined) return undefined;
  const devices = findDevices(lookup, principal);
  return devices instanceof Promise
    ? devices.then((found) => grantAmong(found, principal, filter))
    : grantAmong(devices, principal, filter);
}

/** The retained messages that a granted filter gets at once; undefined: there can be none. */
export function retained(
  parts: RightsParts,
  principal: Principal,
  filter: string,
): AsyncIterable<readonly RetainedMessage[]> | undefined {
  if (principal.kind === 'broker') return undefined;
  const lookup = filterLookup(principal, filter);
  // Most filters cover no permanent topic: nothing is read for them.
  if (lookup?.by === 'nothing' && retainedSelections(principal, filter, []).length === 0) return undefined;
  return lookup && readAll(parts, principal, filter, lookup);
}

async function* readAll(
  { findDevices, readRetained }: RightsParts,
  principal: Principal,
  filter: string,
  lookup: DeviceLookup,
): AsyncGenerator<readonly RetainedMessage[]> {
  const devices = await findDevices(lookup, principal);
  for (const selection of retainedSelections(principal, filter, devices.map(factsOf))) {
    yield* readRetained(selection);
  }
}

function routeAmong(
  exports: RightsParts['exports'],
  devices: readonly KnownDevice[],
  principal: Principal,
  topic: string,
): PublishRoute | undefined {
  // Read before the exports are: if these change meanwhile, it is the old basis that goes stale.
  const basis = devices[0]?.basis ?? exports.basis;
  const found = routeTopic(principal, topic, devices.map(factsOf));
  if (!found) return undefined;
  const { taps, isShared } = exports.tapsOf(principal, topic, found, deviceOf(found, devices));
  return {
    ...toPublishRoute(found, basis, principal.folderId),
    taps,
    ...(!isShared && { prefix: undefined }),
  };
}

/** The device whose topic it is; undefined for topics of registries and brokers. */
function deviceOf({ topic }: TopicRoute, devices: readonly KnownDevice[]) {
  const address = readFullTopic(topic);
  if (address?.row.root !== 'devices') return undefined;
  return devices.find(({ facts }) => facts.id === address.ownerId)?.facts;
}

export function toPublishRoute(
  { destinations, permanent, prefix }: TopicRoute,
  basis: PublishRoute['basis'],
  folderId?: string,
): PublishRoute {
  return {
    destinations,
    basis,
    prefix,
    retainAs: permanent && { namespace: permanent.registryId, topic: permanent.topic, owner: folderId },
  };
}

function grantAmong(
  devices: readonly KnownDevice[],
  principal: Principal,
  filter: string,
): SubscriptionGrant | undefined {
  const filters = grantFilter(principal, filter, devices.map(factsOf));
  return filters && { filters };
}

function factsOf({ facts }: KnownDevice) {
  return facts;
}
