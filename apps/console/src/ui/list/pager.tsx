import { Button } from '@gravity-ui/uikit';
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import type { Search } from '../../app/top-bar/search.ts';
import { useTexts } from '../../i18n/texts.tsx';

interface Props {
  readonly nextPageToken?: string | undefined;
  /** Not every list has it: without one, the page before is where the reader came from. */
  readonly previousPageToken?: string | undefined;
}

/** From page to page by the tokens of the API: nothing is missed or shown twice while rows come and go. */
export function Pager({ nextPageToken, previousPageToken }: Props) {
  const { t } = useTexts();
  const { page } = useSearch({ from: '__root__' });
  const navigate = useNavigate();
  const { history } = useRouter();
  if (page === undefined && !nextPageToken) return null;
  const to = (token: string | undefined) =>
    void navigate({ to: '.', search: (before: Search) => ({ ...before, page: token }) });
  return (
    <nav className="pager" aria-label={t('pager.pages')}>
      <Button disabled={page === undefined} onClick={() => to(undefined)}>
        {t('pager.first')}
      </Button>
      <Button
        disabled={page === undefined}
        onClick={() => (previousPageToken ? to(previousPageToken) : history.back())}
      >
        {t('pager.previous')}
      </Button>
      <Button disabled={!nextPageToken} onClick={() => to(nextPageToken)}>
        {t('pager.next')}
      </Button>
    </nav>
  );
}
