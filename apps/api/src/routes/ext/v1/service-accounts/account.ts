import { serviceAccountId } from '@iotcore/contract';
import * as control from '@iotcore/store/control';
import { z } from 'zod';
import type { Change, RouteContext } from '../../../../routing/route.ts';
import { empty } from '../../../../wire/operation.ts';

export const accountParams = z.strictObject({ serviceAccountId });

/** The account that a path names, once it is known that the caller may administer it. */
export async function permittedAccount({
  params,
  guard,
  db,
}: Pick<RouteContext, 'guard' | 'db'> & { readonly params: { readonly serviceAccountId: string } }) {
  return guard.resource(await control.findServiceAccount(db, params.serviceAccountId), 'Service account');
}

/** What a change says that acted on a key or role of an account. */
export function accountChange(
  { id, folderId }: control.ServiceAccountRow,
  metadata: Readonly<Record<string, string>>,
  response: Change['response'] = empty,
): Change {
  return { resourceId: id, folderId, metadata: { serviceAccountId: id, ...metadata }, response };
}
