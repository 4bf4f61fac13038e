import type { Change, ChangeListener } from '@iotcore/store';
import type { RecentChanges } from '../caching/recent-changes.ts';
import type { SubjectKey } from '../clients/client.ts';
import { aliasesKey, type DeviceDirectory } from '../directory/device-directory.ts';
import type { Revoker } from './revoker.ts';

/** A cache of what rests on subjects. */
export interface SubjectForgetter {
  forget(subject: SubjectKey): void;
  clear(): void;
}

export interface ChangeListenerParts {
  readonly changes: RecentChanges;
  readonly directory: DeviceDirectory;
  readonly caches: readonly SubjectForgetter[];
  readonly revoker: Revoker;
  /** A key that signs what the API says to us came or went. */
  signingKeysChanged(): void;
  networkBlocksChanged(): void;
  /** The sessions of this registry, device or broker are to end; told twice, or not at all, it does no harm. */
  disconnect(subject: SubjectKey): void;
  /** The registry, device or broker of this ID was deleted: what is counted and remembered of it is not for the next owner of the ID. */
  gone(id: string): void;
  /** An export came, changed or went. */
  exportsChanged(): void;
}

/** Carries what the control plane changed to everything that remembered otherwise. */
export function createChangeListener(parts: ChangeListenerParts): ChangeListener {
  const { changes, directory, caches, revoker } = parts;

  function subjectChanged(subject: SubjectKey): void {
    // Noted first: a look-up that runs now must find it, whatever the caches hold.
    changes.touch(subject);
    for (const cache of caches) cache.forget(subject);
    revoker.subjectChanged(subject);
  }

  function changed({ kind, key, gone }: Change): void {
    if (gone && (kind === 'registry' || kind === 'device' || kind === 'broker')) parts.gone(key);
    switch (kind) {
      case 'alias':
        changes.touch(aliasesKey(key));
        directory.forget(key);
        break;
      case 'device':
        subjectChanged(`device:${key}`);
        directory.forget(key);
        break;
      case 'registry':
      case 'broker':
      case 'password':
      case 'certificate':
        subjectChanged(`${kind}:${key}`);
        break;
      case 'signing-key':
        parts.signingKeysChanged();
        break;
      case 'network-block':
        parts.networkBlocksChanged();
        break;
      case 'disconnect':
        parts.disconnect(key as SubjectKey);
        break;
      case 'export':
        parts.exportsChanged();
        break;
      case 'account':
        break;
    }
  }

  return {
    changed: (list) => {
      for (const change of list) changed(change);
    },
    missed() {
      changes.touchAll();
      directory.clear();
      for (const cache of caches) cache.clear();
      parts.signingKeysChanged();
      parts.networkBlocksChanged();
      parts.exportsChanged();
      revoker.everythingChanged();
    },
  };
}
