import { Outlet } from '@tanstack/react-router';
import { useState } from 'react';
import { useTexts } from '../i18n/texts.tsx';
import { NoMqtt } from '../screens/nodes/no-mqtt.tsx';
import { useMay } from './folder.ts';
import { Navigation } from './navigation.tsx';
import { ShortcutHelp } from './shortcut-help.tsx';
import { useShortcuts } from './shortcuts.ts';
import { TopBar } from './top-bar/top-bar.tsx';
import { TroubleNote } from './trouble-note.tsx';

/** What stands around every screen. */
export function Shell() {
  const { t } = useTexts();
  const [helpIsOpen, setHelpIsOpen] = useState(false);
  const seesAll = useMay('viewer', '*');
  useShortcuts(() => setHelpIsOpen(true));
  return (
    <div className="shell">
      <a className="shell__skip" href="#content">
        {t('shell.skip')}
      </a>
      <TopBar onHelp={() => setHelpIsOpen(true)} />
      <div className="shell__body">
        <Navigation />
        <main id="content" className="shell__content" tabIndex={-1}>
          <TroubleNote />
          {seesAll && <NoMqtt />}
          <Outlet />
        </main>
      </div>
      <ShortcutHelp open={helpIsOpen} onClose={() => setHelpIsOpen(false)} />
    </div>
  );
}
