import { Dialog } from '@gravity-ui/uikit';
import { type ReactNode, useId } from 'react';
import { useTexts } from '../../i18n/texts.tsx';
import { CodeBlock } from '../text/copy.tsx';

interface Props {
  readonly title: string;
  readonly secret: string;
  /** What it is, for screen readers. */
  readonly what: string;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

/** A secret that was just made: it is shown this once, by nobody but this page. */
export function OnceDialog({ title, secret, what, onClose, children }: Props) {
  const { t } = useTexts();
  const id = useId();
  return (
    <Dialog open onClose={onClose} size="s" aria-labelledby={id} hasCloseButton={false}>
      <Dialog.Header id={id} caption={title} />
      <Dialog.Body>
        <div role="status">
          <p>{t('credentials.shownOnce')}</p>
          <CodeBlock text={secret} what={what} />
          {children && <p>{children}</p>}
        </div>
      </Dialog.Body>
      <Dialog.Footer textButtonCancel={t('common.close')} onClickButtonCancel={onClose} />
    </Dialog>
  );
}
