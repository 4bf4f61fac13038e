import { Button, DropdownMenu } from '@gravity-ui/uikit';
import { useTexts } from '../../i18n/texts.tsx';

export interface Action {
  readonly text: string;
  readonly action: () => void;
  readonly theme?: 'danger';
  /** Only who has this role may do it. */
  readonly needs?: 'admin' | undefined;
}

/** What else can be done to the thing that a page shows. `may`: otherwise it says the role that could. */
export function ActionsMenu({ items, may }: { items: readonly Action[]; may: boolean }) {
  const { t } = useTexts();
  return (
    <DropdownMenu
      renderSwitcher={(props) => (
        <Button {...props} disabled={!may} title={may ? undefined : t('may.editor')}>
          {t('common.actions')}
        </Button>
      )}
      items={items.map(({ needs, ...item }) => ({
        ...item,
        ...(needs && { disabled: true, title: t(`may.${needs}`) }),
      }))}
    />
  );
}
