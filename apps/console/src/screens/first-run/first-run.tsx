import { addDevicePassword, createDevice, createRegistry } from '@iotcore/sdk';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { toFailure } from '../../api/failure.ts';
import { useFolder, useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { FieldInput } from '../../ui/forms/field-input.tsx';
import { WorkButton } from '../../ui/forms/work-button.tsx';
import { FailureNote } from '../../ui/layout/failure-note.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { ConnectCommands } from '../resources/connect/connect-commands.tsx';
import { generatePassword } from '../resources/credentials/password.ts';
import { FirstMessage } from './first-message.tsx';

interface Made {
  readonly registryId: string;
  readonly deviceId?: string;
  readonly password?: string;
}

/** From nothing to the first message of the first device, in four steps on one page. */
export function FirstRun() {
  const { t } = useTexts();
  const folderId = useFolder();
  const may = useMay('editor');
  const [made, setMade] = useState<Made>();
  const { registryId, deviceId, password } = made ?? {};
  return (
    <Page title={t('firstRun.title')}>
      <p className="none">{t('firstRun.note')}</p>
      <ol className="steps">
        <li>
          <h2>{t('firstRun.registry')}</h2>
          <Step
            label={t('firstRun.registryName')}
            initial="greenhouse"
            isDone={registryId !== undefined}
            isOpen={may}
            run={async (name) => {
              const { metadata } = await ask(createRegistry({ client, body: { folderId, name } }));
              setMade({ registryId: (metadata as unknown as { registryId: string }).registryId });
            }}
          />
          {!may && <p>{t('may.editor')}</p>}
        </li>
        <li>
          <h2>{t('firstRun.device')}</h2>
          <Step
            label={t('firstRun.deviceName')}
            initial="thermometer"
            isDone={deviceId !== undefined}
            isOpen={registryId !== undefined}
            run={async (name) => {
              const { metadata } = await ask(
                createDevice({ client, body: { registryId: registryId ?? '', name } }),
              );
              const id = (metadata as unknown as { deviceId: string }).deviceId;
              const fresh = generatePassword();
              await ask(addDevicePassword({ client, path: { deviceId: id }, body: { password: fresh } }));
              setMade({ registryId: registryId ?? '', deviceId: id, password: fresh });
            }}
          />
        </li>
        <li>
          <h2>{t('firstRun.connect')}</h2>
          {deviceId !== undefined && password !== undefined && (
            <ConnectCommands owner={{ kind: 'device', id: deviceId, folderId }} password={password} />
          )}
        </li>
        <li>
          <h2>{t('firstRun.message')}</h2>
          {deviceId !== undefined && registryId !== undefined && (
            <>
              <FirstMessage registryId={registryId} deviceId={deviceId} />
              <Link to="/devices/$deviceId" params={{ deviceId }}>
                {t('firstRun.toDevice')}
              </Link>
            </>
          )}
        </li>
      </ol>
    </Page>
  );
}

interface StepProps {
  readonly label: string;
  readonly initial: string;
  readonly isDone: boolean;
  readonly isOpen: boolean;
  readonly run: (name: string) => Promise<void>;
}

function Step({ label, initial, isDone, isOpen, run }: StepProps) {
  const { t } = useTexts();
  const [name, setName] = useState(initial);
  const work = useMutation({ mutationFn: () => run(name) });
  const failure = work.error ? toFailure(work.error) : undefined;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    work.mutate();
  };
  if (isDone) return <p role="status">✓ {name}</p>;
  return (
    <form className="form form_narrow" onSubmit={submit}>
      {failure && failure.fields.size === 0 && <FailureNote error={failure} />}
      <FieldInput
        field={{ name: 'name', label }}
        value={name}
        violation={failure?.fields.get('name')}
        onUpdate={setName}
      />
      <div>
        <WorkButton type="submit" view="action" disabled={!isOpen} isWorking={work.isPending}>
          {t('common.create')}
        </WorkButton>
      </div>
    </form>
  );
}
