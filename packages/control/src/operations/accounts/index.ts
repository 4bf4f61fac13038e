import { accountOperations } from './accounts.ts';
import { apiKeyOperations } from './api-keys.ts';
import { authorizedKeyOperations } from './authorized-keys.ts';
import { roleBindingOperations } from './role-bindings.ts';

export const serviceAccountOperations = [
  ...accountOperations,
  ...authorizedKeyOperations,
  ...apiKeyOperations,
  ...roleBindingOperations,
];
