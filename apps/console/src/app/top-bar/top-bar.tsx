import { CircleQuestion, Globe, Moon, Person } from '@gravity-ui/icons';
import { Button, DropdownMenu, Icon } from '@gravity-ui/uikit';
import { deleteBrowserSession } from '@iotcore/sdk';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { noteSignedIn, sessionKey, useIdentity } from '../../api/session.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { setPreferences, themes, usePreferences } from '../preferences.ts';
import { FolderSelect } from './folder-select.tsx';
import { SearchField } from './search-field.tsx';

export function TopBar({ onHelp }: { onHelp: () => void }) {
  const { t, language } = useTexts();
  return (
    <header className="top">
      <Link to="/" className="top__name">
        IoT Core
      </Link>
      <FolderSelect />
      <SearchField />
      <div className="top__tools">
        <Button
          view="flat"
          className="top__language"
          aria-label={t('shell.language')}
          onClick={() => setPreferences({ language: language === 'ru' ? 'en' : 'ru' })}
        >
          <Icon data={Globe} size={16} />
          <span lang={language === 'ru' ? 'en' : 'ru'}>{language === 'ru' ? 'EN' : 'RU'}</span>
        </Button>
        <ThemeMenu />
        <Button view="flat" aria-label={t('shortcuts.title')} onClick={onHelp}>
          <Icon data={CircleQuestion} size={16} />
        </Button>
        <AccountMenu />
      </div>
    </header>
  );
}

function ThemeMenu() {
  const { t } = useTexts();
  const { theme } = usePreferences();
  return (
    <DropdownMenu
      renderSwitcher={(props) => (
        <Button {...props} view="flat" aria-label={t('shell.theme')}>
          <Icon data={Moon} size={16} />
        </Button>
      )}
      items={themes.map((name) => ({
        text: t(`theme.${name}`),
        selected: name === theme,
        action: () => setPreferences({ theme: name }),
      }))}
    />
  );
}

function AccountMenu() {
  const { t } = useTexts();
  const { data: identity } = useIdentity();
  const queryClient = useQueryClient();
  const signOut = async () => {
    await ask(deleteBrowserSession({ client }));
    noteSignedIn(false);
    queryClient.clear();
    queryClient.setQueryData(sessionKey, null);
  };
  const name = identity?.serviceAccount.name ?? '';
  return (
    <DropdownMenu
      renderSwitcher={(props) => (
        <Button {...props} view="flat" aria-label={t('shell.account', { name })}>
          <Icon data={Person} size={16} />
          <span className="top__account">{name}</span>
        </Button>
      )}
      items={[
        { text: t('nav.access'), href: '/console/access?tab=sessions' },
        { text: t('shell.signOut'), action: () => void signOut() },
      ]}
    />
  );
}
