import { useRouter } from '@tanstack/react-router';
import type { MouseEvent, ReactNode } from 'react';
import { stringifySearch } from '../../app/top-bar/search.ts';

interface Props {
  /** Without the base of the console, such as `/devices/are…`. */
  readonly path: string;
  readonly folder: string | undefined;
  readonly children: ReactNode;
}

/**
 * The link of a row. It follows no state of the router, as its `Link` does: of these a page has a hundred, which would all be worked out
 * again several times whenever one goes to the next page.
 */
export function RowLink({ path, folder, children }: Props) {
  const router = useRouter();
  const target = { to: path as '/', search: folder === undefined ? {} : { folder } };
  const open = (event: MouseEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void router.navigate(target);
  };
  const prepare = () => void router.preloadRoute(target).catch(() => undefined);
  return (
    <a
      href={`${router.basepath}${path}${stringifySearch(target.search)}`}
      onClick={open}
      onMouseEnter={prepare}
      onFocus={prepare}
    >
      {children}
    </a>
  );
}
