import { asAny, ownerField, recordNames, resourceNames, toPassword } from '@iotcore/contract/records';
import type { AdoptedPassword, AdoptionRecord } from '@iotcore/store/data-plane';

/** What the operation and the audit event of an adopted password say: in the words of the API's own calls. */
export function adoptionRecord({ id, owner, at, weakness }: AdoptedPassword): AdoptionRecord {
  const names = resourceNames[owner.kind];
  const { description, metadataType, eventType } = recordNames(names, `Adopt${names.noun}Password`);
  const field = ownerField(names, owner.id);
  return {
    description,
    eventType,
    metadata: asAny(metadataType, { ...field, passwordId: id, ...(weakness && { weakness }) }),
    response: asAny(`${names.protoPackage}.${names.noun}Password`, toPassword(field, { id, createdAt: at })),
  };
}
