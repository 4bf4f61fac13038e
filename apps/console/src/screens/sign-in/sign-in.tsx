import { Button, PasswordInput, Text } from '@gravity-ui/uikit';
import { getSignInCode, openBrowserSession } from '@iotcore/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { toFailure } from '../../api/failure.ts';
import { noteSignedIn, sessionKey } from '../../api/session.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { WorkButton } from '../../ui/forms/work-button.tsx';
import { LanguageButton } from './language-button.tsx';

const codeKey = 'sign-in code';

interface Props {
  /** Of a link: then the page asks first, so that nobody is signed in as somebody else unawares. */
  readonly code: string | undefined;
  /** The session has ended, and what is behind goes on. */
  readonly isAgain?: boolean;
  readonly onDone: () => void;
}

export function SignIn({ code, isAgain = false, onDone }: Props) {
  const { t } = useTexts();
  const Title = isAgain ? 'h2' : 'h1';
  return (
    <main className={isAgain ? 'sign-in sign-in_again' : 'sign-in'}>
      <div className="sign-in__box">
        <Title>{isAgain ? t('signIn.again') : t('signIn.title')}</Title>
        {!window.isSecureContext && <Text color="danger">{t('signIn.insecure')}</Text>}
        {code === undefined ? <SecretForm onDone={onDone} /> : <CodeQuestion code={code} onDone={onDone} />}
        {!isAgain && <LanguageButton />}
      </div>
    </main>
  );
}

function useSignIn(onDone: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: { apiKey?: string; accessToken?: string; code?: string }) =>
      ask(openBrowserSession({ client, body })),
    onSuccess: (identity) => {
      noteSignedIn(true);
      queryClient.setQueryData(sessionKey, identity);
      onDone();
      // What waited for somebody to be signed in.
      void queryClient.invalidateQueries({
        predicate: ({ queryKey: [what] }) => what !== 'session' && what !== codeKey,
      });
    },
  });
}

function SecretForm({ onDone }: { onDone: () => void }) {
  const { t, say } = useTexts();
  const [secret, setSecret] = useState('');
  const signIn = useSignIn(onDone);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const given = secret.trim();
    signIn.mutate(given.startsWith('iotcore_') ? { apiKey: given } : { accessToken: given });
  };
  return (
    <form onSubmit={submit} className="form">
      <label htmlFor="secret">{t('signIn.secret')}</label>
      <PasswordInput
        id="secret"
        controlProps={{ 'aria-describedby': 'secret-note' }}
        size="l"
        autoFocus
        autoComplete="off"
        value={secret}
        onUpdate={setSecret}
        hideCopyButton
        showRevealTooltip={false}
        validationState={signIn.error ? 'invalid' : undefined}
        errorMessage={signIn.error && say(wordsOf(signIn.error, t('signIn.refused'), t('trouble.noAnswer')))}
      />
      <Text id="secret-note" color="secondary">
        {t('signIn.note')} <code>iotcore console</code>
      </Text>
      <WorkButton
        view="action"
        size="l"
        type="submit"
        disabled={secret.trim() === ''}
        isWorking={signIn.isPending}
      >
        {t('signIn.submit')}
      </WorkButton>
    </form>
  );
}

function CodeQuestion({ code, onDone }: { code: string; onDone: () => void }) {
  const { t } = useTexts();
  const asked = useQuery({
    queryKey: [codeKey, code],
    queryFn: () => ask(getSignInCode({ client, body: { code } })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const signIn = useSignIn(onDone);
  if (asked.error || signIn.error) {
    return (
      <div className="form">
        <p role="alert">{t('signIn.codeOver')}</p>
        <Button view="action" size="l" onClick={onDone}>
          {t('signIn.otherWay')}
        </Button>
      </div>
    );
  }
  const name = asked.data?.serviceAccount.name;
  if (name === undefined) return null;
  return (
    <div className="form">
      <p>{t('signIn.as', { name })}</p>
      <WorkButton
        view="action"
        size="l"
        autoFocus
        isWorking={signIn.isPending}
        onClick={() => signIn.mutate({ code })}
      >
        {t('signIn.yes')}
      </WorkButton>
      <Button view="outlined" size="l" onClick={onDone}>
        {t('signIn.no')}
      </Button>
    </div>
  );
}

function wordsOf(error: unknown, refused: string, away: string): string {
  const failure = toFailure(error);
  if (failure.isSignedOut) return refused;
  return failure.message || away;
}
