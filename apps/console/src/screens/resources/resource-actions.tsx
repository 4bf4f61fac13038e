import { Button } from '@gravity-ui/uikit';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useMay } from '../../app/folder.ts';
import type { TextKey } from '../../i18n/keys.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { ActionsMenu } from '../../ui/forms/actions-menu.tsx';
import { ConfirmDialog } from '../../ui/forms/confirm-dialog.tsx';
import { DeleteDialog } from '../../ui/forms/delete-dialog.tsx';

interface Props {
  /** Of the resource, or its ID. */
  readonly name: string;
  readonly folderId: string;
  /** It is not kept out by an operator. */
  readonly isOn: boolean;
  readonly words: {
    readonly disableEnds: TextKey;
    readonly enableBegins: TextKey;
    readonly deleteEnds: TextKey;
  };
  readonly editDialog: (close: () => void) => ReactNode;
  readonly enable: () => Promise<unknown>;
  readonly disable: () => Promise<unknown>;
  /** Deletes it and leaves its page. */
  readonly remove: () => Promise<unknown>;
}

/** What can be done to a registry, a device or a broker. */
export function ResourceActions({ name, folderId, isOn, words, editDialog, enable, disable, remove }: Props) {
  const { t } = useTexts();
  const may = useMay('editor', folderId);
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<'edit' | 'switch' | 'delete'>();
  const close = () => setOpen(undefined);
  const title = may ? undefined : t('may.editor');
  const switching = t(isOn ? 'common.disable' : 'common.enable');
  const then = (work: () => Promise<unknown>) => async () => {
    await work();
    await queryClient.invalidateQueries();
  };
  return (
    <>
      <Button disabled={!may} title={title} onClick={() => setOpen('edit')}>
        {t('common.edit')}
      </Button>
      <ActionsMenu
        may={may}
        items={[
          { text: switching, action: () => setOpen('switch') },
          { text: t('common.delete'), theme: 'danger', action: () => setOpen('delete') },
        ]}
      />
      {open === 'edit' && editDialog(close)}
      {open === 'switch' && (
        <ConfirmDialog
          title={switching}
          apply={switching}
          run={then(isOn ? disable : enable)}
          onClose={close}
        >
          <p>{t(isOn ? words.disableEnds : words.enableBegins)}</p>
        </ConfirmDialog>
      )}
      {open === 'delete' && (
        <DeleteDialog name={name} ends={t(words.deleteEnds)} run={then(remove)} onClose={close} />
      )}
    </>
  );
}
