/** What can become of an entry, in words that say what to do about it. */
import type { Owner, OwnerKind } from '../resources/owners.ts';
import type { Access, ImportOutcome } from './types.ts';

/** Where names and the like must be unique. */
const parents = { registry: 'folder', broker: 'folder', device: 'registry' } as const;
const plurals = { registry: 'registries', broker: 'brokers', device: 'devices' } as const;

export function created(folderId: string): ImportOutcome {
  return { outcome: 'CREATED', folderId };
}

export function unchanged(folderId: string): ImportOutcome {
  return { outcome: 'UNCHANGED', folderId };
}

export function updated(differences: readonly string[], folderId: string): ImportOutcome {
  return { outcome: 'UPDATED', differences, folderId };
}

function conflict(folderId: string, differences: readonly string[], reason: string): ImportOutcome {
  return { outcome: 'CONFLICT', code: 'ALREADY_EXISTS', reason, differences, folderId };
}

export function different(differences: readonly string[], folderId: string): ImportOutcome {
  return conflict(
    folderId,
    differences,
    `It is there with other content: ${differences.join(', ')}. Say overwrite to change it.`,
  );
}

export function elsewhere(kind: OwnerKind, differences: readonly string[], folderId: string): ImportOutcome {
  const parent = parents[kind];
  return conflict(
    folderId,
    differences,
    `It is there in another ${parent}, and cannot be moved to this one.`,
  );
}

export function nameTaken(kind: OwnerKind, folderId: string): ImportOutcome {
  return conflict(
    folderId,
    ['name'],
    `Another ${kind} of the ${parents[kind]} has this name: rename one of them.`,
  );
}

export function aliasTaken(folderId: string): ImportOutcome {
  return conflict(
    folderId,
    ['topicAliases'],
    'Another device of the registry has one of these aliases, or one that begins like it: no alias may be the beginning of another. Change one of them.',
  );
}

export function certificateTaken(folderId: string): ImportOutcome {
  return conflict(
    folderId,
    [],
    'Another resource of the installation has this certificate, and only one can: delete it there first.',
  );
}

export function noRoom(kind: OwnerKind, folderId: string): ImportOutcome {
  const reason = `The folder has reached its quota of ${plurals[kind]}: raise it, or import fewer.`;
  return { outcome: 'REFUSED', code: 'RESOURCE_EXHAUSTED', reason, folderId };
}

export function noSuch({ kind, id }: Owner): ImportOutcome {
  return {
    outcome: 'REFUSED',
    code: 'NOT_FOUND',
    reason: `There is no ${kind} ${id}: import it first, or in the same request.`,
  };
}

/**
 * A resource of another kind has the ID. Which one, and in which folder, is not said: it may be one that the caller must not
 * know of.
 */
export function idTaken(folderId: string): ImportOutcome {
  return { outcome: 'REFUSED', code: 'ALREADY_EXISTS', reason: idIsTaken, folderId };
}

const idIsTaken = 'This ID is taken: import it under another one.';

/** What exists in a folder that the caller does not administer. Of a hidden one no more is said than that it is no use. */
export function foreign(access: Exclude<Access, 'permitted'>, folderId: string): ImportOutcome {
  if (access === 'hidden') return { outcome: 'REFUSED', code: 'ALREADY_EXISTS', reason: idIsTaken };
  const reason = 'You need the role admin in the folder that it lies in.';
  return { outcome: 'REFUSED', code: 'PERMISSION_DENIED', reason, folderId };
}
