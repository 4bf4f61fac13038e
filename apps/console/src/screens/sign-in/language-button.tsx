import { Button } from '@gravity-ui/uikit';
import { setPreferences } from '../../app/preferences.ts';
import { useTexts } from '../../i18n/texts.tsx';

export function LanguageButton() {
  const { language } = useTexts();
  const other = language === 'ru' ? 'en' : 'ru';
  return (
    <Button view="flat" onClick={() => setPreferences({ language: other })}>
      <span lang={other}>{other === 'en' ? 'English' : 'Русский'}</span>
    </Button>
  );
}
