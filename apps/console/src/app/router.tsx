import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from '@tanstack/react-router';
import { loadScreen } from '../api/load-screen.ts';
import { NotFound } from './not-found.tsx';
import { Shell } from './shell.tsx';
import { parseSearch, type Search, stringifySearch } from './top-bar/search.ts';

const root = createRootRoute({
  validateSearch: (search): Search => search as Search,
  search: { middlewares: [retainSearchParams(['folder'])] },
  component: Shell,
});

const at = <P extends string>(path: P, load: () => Promise<Record<string, unknown>>, name: string) =>
  createRoute({
    getParentRoute: () => root,
    path,
    component: lazyRouteComponent((() => loadScreen(load)) as never, name as never),
  });

const routeTree = root.addChildren([
  at('/', () => import('../screens/overview/overview.tsx'), 'Overview'),
  at('/start', () => import('../screens/first-run/first-run.tsx'), 'FirstRun'),
  at('/registries', () => import('../screens/registries/registries.tsx'), 'Registries'),
  at('/registries/$registryId', () => import('../screens/registries/registry.tsx'), 'RegistryPage'),
  at('/devices', () => import('../screens/devices/devices.tsx'), 'Devices'),
  at('/devices/$deviceId', () => import('../screens/devices/device.tsx'), 'DevicePage'),
  at('/brokers', () => import('../screens/brokers/brokers.tsx'), 'Brokers'),
  at('/brokers/$brokerId', () => import('../screens/brokers/broker.tsx'), 'BrokerPage'),
  at('/log', () => import('../screens/log/refusals.tsx'), 'Refusals'),
  at('/exports', () => import('../screens/exports/exports.tsx'), 'Exports'),
  at('/exports/$exportId', () => import('../screens/exports/export.tsx'), 'ExportPage'),
  at('/moving-in', () => import('../screens/moving-in/moving-in.tsx'), 'MovingIn'),
  at('/moving-in/$registryId', () => import('../screens/moving-in/registry.tsx'), 'MovingInRegistry'),
  at('/import', () => import('../screens/import/import.tsx'), 'Import'),
  at('/nodes', () => import('../screens/nodes/nodes.tsx'), 'Nodes'),
  at('/audit', () => import('../screens/audit/audit.tsx'), 'Audit'),
  at('/access', () => import('../screens/access/access.tsx'), 'Access'),
  at('/access/$serviceAccountId', () => import('../screens/access/account.tsx'), 'AccountPage'),
  at('/settings', () => import('../screens/settings/settings.tsx'), 'Settings'),
]);

export function createAppRouter() {
  return createRouter({
    routeTree,
    basepath: '/console',
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
