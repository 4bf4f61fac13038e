import { Link } from '@tanstack/react-router';
import { useTexts } from '../i18n/texts.tsx';
import { Page } from '../ui/layout/page.tsx';

/** An address that leads nowhere: mistyped, or of another version. */
export function NotFound() {
  const { t } = useTexts();
  return (
    <Page title={t('failure.noPage')}>
      <p>
        <Link to="/">{t('nav.overview')}</Link>
      </p>
    </Page>
  );
}
