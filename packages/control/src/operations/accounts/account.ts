import { empty } from '@iotcore/contract/records';
import type { Reads, ServiceAccountRow } from '@iotcore/store/control';
import type { Mutation } from '../../pipeline/operation.ts';
import { resource } from '../../pipeline/subject.ts';

export const noun = 'Service account';

/** The account that the input names, as what a call is about. */
export async function accountSubject(input: { readonly serviceAccountId: string }, read: Reads) {
  return resource(noun, await read.accounts.find(input.serviceAccountId));
}

/** Of a call that acted on a key or role of an account. */
export function accountMutation(
  { id, folderId }: ServiceAccountRow,
  metadata: Readonly<Record<string, string>>,
  response: Mutation['response'] = empty,
): Mutation {
  return { resourceId: id, folderId, metadata: { serviceAccountId: id, ...metadata }, response };
}
