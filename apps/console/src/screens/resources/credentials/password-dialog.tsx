import { Dialog, TextInput } from '@gravity-ui/uikit';
import { useMutation } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { toFailure } from '../../../api/failure.ts';
import { useTexts } from '../../../i18n/texts.tsx';
import { OnceDialog } from '../../../ui/forms/once-dialog.tsx';
import { WorkButton } from '../../../ui/forms/work-button.tsx';
import { callsOf, type Owner } from '../owner.ts';
import { generatePassword } from './password.ts';

/** Sets a password, typed or made here. It is shown once, by nobody but this page. */
export function PasswordDialog({ owner, onClose }: { owner: Owner; onClose: () => void }) {
  const { t, say } = useTexts();
  const id = useId();
  const [password, setPassword] = useState('');
  const [made, setMade] = useState<string>();
  const work = useMutation({
    mutationFn: async (given: string) => {
      await callsOf(owner).addPassword(given);
      return given;
    },
    onSuccess: setMade,
  });
  const failure = work.error ? toFailure(work.error) : undefined;
  if (made !== undefined) {
    return (
      <OnceDialog
        title={t('credentials.addPassword')}
        secret={made}
        what={t('credentials.password')}
        onClose={onClose}
      />
    );
  }
  return (
    <Dialog open onClose={onClose} size="s" aria-labelledby={`${id}-title`} hasCloseButton={false}>
      <Dialog.Header id={`${id}-title`} caption={t('credentials.addPassword')} />
      <Dialog.Body>
        <div className="form">
          <WorkButton
            view="action"
            isWorking={work.isPending}
            onClick={() => work.mutate(generatePassword())}
          >
            {t('credentials.generate')}
          </WorkButton>
          <label htmlFor={id}>{t('credentials.orType')}</label>
          <TextInput
            id={id}
            type="password"
            autoComplete="new-password"
            value={password}
            onUpdate={setPassword}
            validationState={failure ? 'invalid' : undefined}
            errorMessage={failure && say(failure.fields.get('password') ?? failure.message)}
          />
        </div>
      </Dialog.Body>
      <Dialog.Footer
        textButtonApply={t('common.add')}
        onClickButtonApply={() => work.mutate(password)}
        propsButtonApply={{ disabled: password === '' }}
        textButtonCancel={t('common.close')}
        onClickButtonCancel={onClose}
      />
    </Dialog>
  );
}
