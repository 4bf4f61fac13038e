import { aliasCandidates } from '../names/aliases.ts';
import { hasWildcard, literalPrefix } from '../names/syntax.ts';
import type { Member } from '../principal.ts';

/**
 * Which devices must be known before a topic can be routed or a filter granted. `id`: this one, if it exists, whatever
 * its registry. `alias`: those of the registry with an alias that is one of `candidates`, or that begins with
 * `beginning` (if that is defined); no more than `aliasLookupLimit` devices need be found.
 */
export type DeviceLookup =
  | { readonly by: 'nothing' }
  | { readonly by: 'id'; readonly deviceId: string }
  | {
      readonly by: 'alias';
      readonly registryId: string;
      readonly candidates: readonly string[];
      readonly beginning: string | undefined;
    };

/** Most devices that are looked at to check one alias filter; with more, it is granted unseen: it receives only its own. */
export const aliasLookupLimit = 100;

export const noLookup: DeviceLookup = { by: 'nothing' };

/** What to look up for a topic or filter in alias notation. A device may only use its own. */
export function aliasLookup(member: Member, written: string): DeviceLookup {
  if (member.kind === 'device') return { by: 'id', deviceId: member.id };
  const literal = literalPrefix(written);
  return {
    by: 'alias',
    registryId: member.id,
    candidates: aliasCandidates(literal),
    beginning: hasWildcard(written) ? literal : undefined,
  };
}
