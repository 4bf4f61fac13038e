import { accountRoutes } from './accounts.ts';
import { apiKeyRoutes } from './api-keys.ts';
import { authorizedKeyRoutes } from './authorized-keys.ts';
import { roleBindingRoutes } from './role-bindings.ts';

export const serviceAccountRoutes = [
  ...accountRoutes,
  ...authorizedKeyRoutes,
  ...apiKeyRoutes,
  ...roleBindingRoutes,
];
