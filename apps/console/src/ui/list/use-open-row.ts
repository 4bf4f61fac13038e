import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Search } from '../../app/top-bar/search.ts';

/** Which row of a list is open stands in the address: a link shows a colleague the same. */
export function useOpenRow(): readonly [string | undefined, (key: string) => void] {
  const { open } = useSearch({ from: '__root__' });
  const navigate = useNavigate();
  const choose = (key: string) =>
    void navigate({
      to: '.',
      search: (before: Search) => ({ ...before, open: key === open ? undefined : key }),
      replace: true,
      resetScroll: false,
    });
  return [open, choose];
}
