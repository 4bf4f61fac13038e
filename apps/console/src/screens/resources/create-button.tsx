import { Plus } from '@gravity-ui/icons';
import { Button, Icon } from '@gravity-ui/uikit';
import { type ReactNode, useState } from 'react';
import { useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';

interface Props {
  readonly title: string;
  /** That may. */
  readonly needs?: 'editor' | 'admin';
  readonly folderId?: string;
  readonly dialog: (close: () => void) => ReactNode;
}

/** Opens the dialog that makes one; of who may not, it says the role that could. */
export function CreateButton({ title, needs = 'editor', folderId, dialog }: Props) {
  const { t } = useTexts();
  const may = useMay(needs, folderId);
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button
        view="action"
        disabled={!may}
        title={may ? undefined : t(`may.${needs}`)}
        onClick={() => setIsOpen(true)}
      >
        <Icon data={Plus} size={16} />
        {title}
      </Button>
      {isOpen && dialog(() => setIsOpen(false))}
    </>
  );
}
