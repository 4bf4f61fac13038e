import { useTexts } from '../../i18n/texts.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';

interface Props {
  /** Of the thing, or its ID: it must be typed. */
  readonly name: string;
  /** What goes with it. */
  readonly ends: string;
  /** Deletes it and leaves its page. */
  readonly run: () => Promise<unknown>;
  readonly onClose: () => void;
}

export function DeleteDialog({ name, ends, run, onClose }: Props) {
  const { t } = useTexts();
  return (
    <ConfirmDialog
      title={t('common.delete')}
      apply={t('common.delete')}
      typed={name}
      run={run}
      onClose={onClose}
    >
      <p>{ends}</p>
    </ConfirmDialog>
  );
}
