import { aliasOwners, type DeviceFacts, type Member, registryOf } from '../principal.ts';
import { resolveAlias } from './aliases.ts';
import {
  bareNotation,
  fullNotation,
  myDevice,
  myRegistry,
  type NotationRule,
  notationOf,
  toFull,
} from './notation.ts';

/**
 * The full name of the topic that a client means by what it wrote; `devices` hold the aliases it may use. Undefined: it
 * means none. Says nothing of rights, nor whether the topic exists.
 */
export function resolveTopic(
  member: Member,
  written: string,
  devices: readonly DeviceFacts[],
): string | undefined {
  if (notationOf(written) === 'alias') {
    return firstDefined(aliasOwners(member, devices), (device) => resolveAlias(device, written));
  }
  return firstDefined(notationRulesOf(member), (rule) => toFull(rule, written));
}

function notationRulesOf(member: Member): NotationRule[] {
  const own = member.kind === 'device' ? [myDevice(member.id)] : [];
  return [...fullNotation, ...bareNotation, ...own, myRegistry(registryOf(member))];
}

function firstDefined<T>(items: readonly T[], read: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const text = read(item);
    if (text !== undefined) return text;
  }
  return undefined;
}
