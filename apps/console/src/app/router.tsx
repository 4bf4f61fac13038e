import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import { parseSearch, type Search, stringifySearch } from './search.ts';
import { Shell } from './shell.tsx';

const root = createRootRoute({
  validateSearch: (search): Search => search as Search,
  search: { middlewares: [retainSearchParams(['folder'])] },
  component: Shell,
});

const at = <P extends string>(path: P, load: () => Promise<Record<string, unknown>>, name: string) =>
  createRoute({
    getParentRoute: () => root,
    path,
    component: lazyRouteComponent(load as never, name as never),
  });

const routeTree = root.addChildren([
  createRoute({
    getParentRoute: () => root,
    path: '/',
    beforeLoad: () => {
      throw redirect({ to: '/registries' });
    },
  }),
  at('/registries/$registryId', () => import('../screens/registries/registries.tsx'), 'Registries'),
  at('/registries', () => import('../screens/registries/registries.tsx'), 'Registries'),
]);

export function createAppRouter() {
  return createRouter({
    routeTree,
    basepath: '/console',
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
