import { Dialog, Hotkey, Switch } from '@gravity-ui/uikit';
import { useTexts } from '../i18n/texts.tsx';
import { setPreferences, usePreferences } from './preferences.ts';
import { sections } from './sections.ts';

export function ShortcutHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTexts();
  const { hasShortcuts } = usePreferences();
  const keys = [
    ['/', t('shortcuts.search')],
    ['j', t('shortcuts.next')],
    ['k', t('shortcuts.previous')],
    ['?', t('shortcuts.help')],
    ...sections.map(({ key, title }) => [`g ${key}`, t(title)]),
  ];
  return (
    <Dialog open={open} onClose={onClose} size="s" aria-labelledby="shortcuts-title" hasCloseButton={false}>
      <Dialog.Header id="shortcuts-title" caption={t('shortcuts.title')} />
      <Dialog.Body>
        <dl className="shortcuts">
          {keys.map(([key = '', what]) => (
            <div key={key}>
              <dt>
                <Hotkey value={key} />
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <Switch
          checked={hasShortcuts}
          onUpdate={(on) => setPreferences({ hasShortcuts: on })}
          content={t('shortcuts.on')}
        />
      </Dialog.Body>
      <Dialog.Footer textButtonCancel={t('common.close')} onClickButtonCancel={onClose} />
    </Dialog>
  );
}
