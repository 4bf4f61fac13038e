/** The engine's questions about topics, answered by the rules of the model over what the directory knows. */
import type { PublishRoute, RetainedMessage, SubscriptionGrant } from '@iotcore/engine';
import {
  type DeviceLookup,
  filterLookup,
  grantFilter,
  type Principal,
  type RetainedSelection,
  retainedSelections,
  routeTopic,
  type TopicRoute,
  topicLookup,
} from '@iotcore/model';
import type { KnownDevice } from '../directory/device-directory.ts';

export interface RightsParts {
  /** On behalf of the principal, which may not have too many looked up at the same time. */
  findDevices(
    lookup: DeviceLookup,
    principal: Principal,
  ): readonly KnownDevice[] | Promise<readonly KnownDevice[]>;
  /** The retained messages of a selection, as they are delivered, in pages. */
  readRetained(selection: RetainedSelection): AsyncIterable<readonly RetainedMessage[]>;
}

/** Where a publication goes; undefined: not allowed. At once, unless a device must be looked up. */
export function route(
  { findDevices }: RightsParts,
  principal: Principal,
  topic: string,
): PublishRoute | undefined | Promise<PublishRoute | undefined> {
  const lookup = topicLookup(principal, topic);
  if (lookup === undefined) return undefined;
  const devices = findDevices(lookup, principal);
  return devices instanceof Promise
    ? devices.then((found) => routeAmong(found, principal, topic))
    : routeAmong(devices, principal, topic);
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

/** A route that rests on nothing that changes, such as one to a topic of a registry or in a broker. */
const unchanging = { stale: false };

function routeAmong(
  devices: readonly KnownDevice[],
  principal: Principal,
  topic: string,
): PublishRoute | undefined {
  const found = routeTopic(principal, topic, devices.map(factsOf));
  return found && toPublishRoute(found, devices[0]?.basis ?? unchanging);
}

export function toPublishRoute(
  { destinations, permanent, prefix }: TopicRoute,
  basis: PublishRoute['basis'],
): PublishRoute {
  return {
    destinations,
    basis,
    prefix,
    retainAs: permanent && { namespace: permanent.registryId, topic: permanent.topic },
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
