import type { RoleBinding } from '@iotcore/model';

/** Who makes a request, once proven. */
export interface Caller {
  /** ID of the service account. */
  readonly id: string;
  readonly roleBindings: readonly RoleBinding[];
}

/** Who calls a public route without credentials: may do nothing. */
export const nobody: Caller = { id: '', roleBindings: [] };
