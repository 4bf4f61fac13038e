import { Select, Switch } from '@gravity-ui/uikit';
import { useQuery } from '@tanstack/react-query';
import { setPreferences, themes, usePreferences } from '../../app/preferences.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { QueryView } from '../../ui/layout/query-view.tsx';
import { Tabs } from '../../ui/layout/tabs.tsx';
import { CodeBlock } from '../../ui/text/copy.tsx';
import { Addresses } from './addresses.tsx';
import { Effective } from './effective.tsx';

/** How the console looks in this browser; what a client must know to connect; whose work is in the console. */
export function Settings() {
  const { t } = useTexts();
  return (
    <Page title={t('nav.settings')}>
      <Tabs
        label={t('nav.settings')}
        items={[
          { id: 'look', title: t('settings.look'), content: () => <Look /> },
          { id: 'installation', title: t('settings.installation'), content: () => <Addresses /> },
          { id: 'effective', title: t('settings.effective'), content: () => <Effective /> },
          { id: 'licences', title: t('settings.licences'), content: () => <Licences /> },
        ]}
      />
    </Page>
  );
}

function Look() {
  const { t } = useTexts();
  const { theme, pageSize, hasShortcuts } = usePreferences();
  return (
    <div className="form form_narrow">
      <Select
        aria-label={t('shell.theme')}
        label={t('shell.theme')}
        value={[theme]}
        options={themes.map((name) => ({ value: name, content: t(`theme.${name}`) }))}
        onUpdate={([name]) => setPreferences({ theme: themes.find((one) => one === name) ?? 'system' })}
      />
      <Select
        aria-label={t('settings.pageSize')}
        label={t('settings.pageSize')}
        value={[String(pageSize)]}
        options={['50', '100'].map((one) => ({ value: one, content: one }))}
        onUpdate={([one]) => setPreferences({ pageSize: one === '100' ? 100 : 50 })}
      />
      <Switch
        checked={hasShortcuts}
        onUpdate={(on) => setPreferences({ hasShortcuts: on })}
        content={t('shortcuts.on')}
      />
    </div>
  );
}

/** Of everything in the built files, as the build wrote them down. */
function Licences() {
  const { t } = useTexts();
  const query = useQuery({
    queryKey: ['licences'],
    queryFn: async () => (await fetch('/console/assets/licences.md')).text(),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <>
      <p>
        {t('settings.source')} <a href="https://github.com/bem/bem-react">@bem-react/classname</a> (MPL-2.0).
      </p>
      <QueryView query={query}>{(text) => <CodeBlock text={text} what={t('settings.licences')} />}</QueryView>
    </>
  );
}
