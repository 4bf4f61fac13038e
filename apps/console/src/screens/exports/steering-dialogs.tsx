import { type Export, replayExport, rotateExportSecret, skipExport } from '@iotcore/sdk';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { ConfirmDialog } from '../../ui/forms/confirm-dialog.tsx';
import { FormDialog } from '../../ui/forms/form-dialog.tsx';
import { timeForApi } from '../../ui/forms/local-time.ts';
import { OnceDialog } from '../../ui/forms/once-dialog.tsx';
import { ExactTime } from '../../ui/text/time.tsx';

interface Props {
  readonly one: Export;
  readonly onClose: () => void;
}

/** Sends once more what was sent, from a time or a position on. */
export function ReplayDialog({ one: { id, state }, onClose }: Props) {
  const { t } = useTexts();
  return (
    <FormDialog
      title={t('exports.replay')}
      apply={t('exports.replay')}
      note={<p className="none">{t('exports.replayNote')}</p>}
      fields={[
        { name: 'time', label: t('exports.since'), kind: 'time' },
        {
          name: 'position',
          label: t('exports.orPosition'),
          note: `${t('exports.cursor')} ${state?.cursor ?? '—'}`,
        },
      ]}
      run={({ time, position }) => {
        const body = { ...(position && { position }), ...(time && { time: timeForApi(time) }) };
        return ask(replayExport({ client, path: { exportId: id }, body }));
      }}
      onClose={onClose}
    />
  );
}

/** Passes over what waits. */
export function SkipDialog({ one: { id, state }, onClose }: Props) {
  const { t } = useTexts();
  return (
    <FormDialog
      title={t('exports.skip')}
      apply={t('exports.skip')}
      note={<p className="none">{t('exports.skipNote')}</p>}
      fields={[
        {
          name: 'position',
          label: t('exports.position'),
          note: `${t('exports.cursor')} ${state?.cursor ?? '—'} · ${t('exports.head')} ${state?.head ?? '—'}`,
        },
      ]}
      initial={{ position: state?.head ?? '' }}
      run={({ position = '' }) => ask(skipExport({ client, path: { exportId: id }, body: { position } }))}
      onClose={onClose}
    />
  );
}

/** Makes a new secret that requests are signed with, and shows it once. */
export function RotateDialog({ one: { id }, onClose }: Props) {
  const { t } = useTexts();
  const [made, setMade] = useState<{ signingSecret: string; previousSecretEndsAt: string }>();
  if (made) {
    return (
      <OnceDialog
        title={t('exports.rotate')}
        secret={made.signingSecret}
        what={t('exports.secret')}
        onClose={onClose}
      >
        {t('exports.formerEnds')} <ExactTime at={made.previousSecretEndsAt} />
      </OnceDialog>
    );
  }
  return (
    <ConfirmDialog
      title={t('exports.rotate')}
      apply={t('exports.rotate')}
      run={async () => setMade(await ask(rotateExportSecret({ client, path: { exportId: id } })))}
      onClose={onClose}
      staysOpen
    >
      <p>{t('exports.rotateNote')}</p>
    </ConfirmDialog>
  );
}
