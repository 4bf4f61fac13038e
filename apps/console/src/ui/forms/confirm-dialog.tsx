import { Dialog, TextInput } from '@gravity-ui/uikit';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useId, useState } from 'react';
import { useTexts } from '../../i18n/texts.tsx';
import { FailureNote } from '../layout/failure-note.tsx';
import { useIsLate } from '../layout/use-is-late.ts';

interface Props {
  readonly title: string;
  /** What ends with it. */
  readonly children: ReactNode;
  readonly apply: string;
  /** Must be typed, so that nothing large is removed by a slip. */
  readonly typed?: string;
  readonly run: () => Promise<unknown>;
  /** When it is done: something else takes its place. */
  readonly staysOpen?: boolean;
  readonly onClose: () => void;
}

export function ConfirmDialog({ title, children, apply, typed, run, staysOpen, onClose }: Props) {
  const { t } = useTexts();
  const [given, setGiven] = useState('');
  const work = useMutation({ mutationFn: run, onSuccess: () => staysOpen || onClose() });
  const isLate = useIsLate(work.isPending);
  const id = useId();
  return (
    <Dialog open onClose={onClose} size="s" aria-labelledby={`${id}-title`} hasCloseButton={false}>
      <Dialog.Header id={`${id}-title`} caption={title} />
      <Dialog.Body>
        <div className="form">
          <div>{children}</div>
          {typed !== undefined && (
            <>
              <label htmlFor={id}>{t('confirm.type', { name: typed })}</label>
              <TextInput id={id} value={given} onUpdate={setGiven} autoComplete={false} autoFocus />
            </>
          )}
          {work.error && <FailureNote error={work.error} />}
        </div>
      </Dialog.Body>
      <Dialog.Footer
        textButtonApply={apply}
        textButtonCancel={t('common.cancel')}
        onClickButtonApply={() => work.isPending || work.mutate()}
        onClickButtonCancel={onClose}
        propsButtonApply={{
          'aria-busy': work.isPending,
          view: 'outlined-danger',
          disabled: typed !== undefined && given !== typed,
        }}
        loading={isLate}
      />
    </Dialog>
  );
}
