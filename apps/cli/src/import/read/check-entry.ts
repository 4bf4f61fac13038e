import type { Finding, ItemKind } from '../finding.ts';
import type { Converted } from './entries.ts';
import type { RawEntry } from './files/export-folder.ts';
import type { CheckingParts } from './reading-parts.ts';

const nameScopes = { REGISTRY: 'folder', BROKER: 'folder', DEVICE: 'registry' } as const;

/**
 * The ID of an entry that can be sent; otherwise the journal knows why not. Checked are its fields, its ID (an entry that
 * comes twice counts once) and its name, which must be new in its folder or registry.
 */
export function checkEntry<C extends Converted>(
  kind: Exclude<ItemKind, 'CERTIFICATE'>,
  { value, place }: RawEntry,
  convert: (entry: object) => C,
  { journal, index }: Pick<CheckingParts, 'journal' | 'index'>,
): { readonly id: string; readonly converted: C } | undefined {
  journal.read(kind);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const advice = 'Export this file anew and run again.';
    journal.refuse(kind, { ...place, kind, reason: 'It is no object.', advice });
    return undefined;
  }
  const converted = convert(value);
  const { id = '', name, parent, faults, body } = converted;
  const about = (reason: string, advice: string): Finding => ({ ...place, kind, id, reason, advice });
  const [first] = faults;
  if (first !== undefined) {
    const reason = faults.map((fault) => `${fault.field}: ${fault.reason}`).join(' ');
    const advice = 'Correct the entry and run again; all others come over without it.';
    journal.refuse(kind, { ...about(reason, advice), field: first.field });
    return undefined;
  }
  const standing = index.standingOf(id, body);
  if (standing === 'repeated') {
    journal.repeat(kind, about('The same entry came before.', 'Nothing: it comes over once.'));
    return undefined;
  }
  if (standing === 'contradicted') {
    journal.refuse(
      kind,
      about('An entry with this ID but other content came before.', 'Keep the right one.'),
    );
    return undefined;
  }
  const holder = name && index.holderOf(`${kind}/${parent}`, name, id);
  if (holder) {
    const reason = `name: ${holder} of the same ${nameScopes[kind]} has this name.`;
    journal.refuse(kind, { ...about(reason, 'Give one of them another name, or none.'), field: 'name' });
    return undefined;
  }
  return { id, converted };
}
