import { Modal } from '@gravity-ui/uikit';
import { type ReactNode, useRef } from 'react';
import { toFailure } from '../../api/failure.ts';
import { useIdentity } from '../../api/session.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { SignIn } from './sign-in.tsx';

interface Props {
  readonly code: string | undefined;
  readonly onCodeUsed: () => void;
  readonly children: ReactNode;
}

/** Shows what is inside to somebody who is signed in. Whose session ends keeps the screen, and all that was typed, behind a dialog. */
export function SignInGate({ code, onCodeUsed, children }: Props) {
  const { t } = useTexts();
  const { data: identity, failureReason } = useIdentity();
  const wasSignedIn = useRef(false);
  if (identity) wasSignedIn.current = true;
  if (identity === undefined) {
    const reason = failureReason && toFailure(failureReason);
    return (
      <p className="gate">{reason && t(reason.status === 0 ? 'trouble.noAnswer' : 'trouble.unavailable')}</p>
    );
  }
  if (code !== undefined || (!identity && !wasSignedIn.current))
    return <SignIn code={code} onDone={onCodeUsed} />;
  return (
    <>
      {children}
      <Modal open={!identity} disableEscapeKeyDown disableOutsideClick aria-label={t('signIn.title')}>
        <SignIn code={undefined} isAgain onDone={onCodeUsed} />
      </Modal>
    </>
  );
}
