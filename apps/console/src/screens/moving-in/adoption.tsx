import { Button } from '@gravity-ui/uikit';
import {
  deleteRegistryPasswordAdoption,
  type RegistryMigration,
  setRegistryPasswordAdoption,
} from '@iotcore/sdk';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { ConfirmDialog } from '../../ui/forms/confirm-dialog.tsx';
import { FormDialog } from '../../ui/forms/form-dialog.tsx';
import { timeForApi, writeLocal } from '../../ui/forms/local-time.ts';

const usualDays = 30;
const dayMs = 86_400_000;

/** Switches password adoption of a registry on, with an end and networks, and off. */
export function Adoption({ registry: { registryId, folderId, adoption } }: { registry: RegistryMigration }) {
  const { t } = useTexts();
  const may = useMay('admin', folderId);
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<'on' | 'off'>();
  const path = { registryId };
  const close = () => {
    setOpen(undefined);
    void queryClient.invalidateQueries({ queryKey: ['migration'] });
  };
  const title = may ? undefined : t('may.admin');
  return (
    <>
      <Button disabled={!may} title={title} onClick={() => setOpen('on')}>
        {t(adoption ? 'common.edit' : 'migration.switchOn')}
      </Button>
      {adoption && (
        <Button view="outlined-danger" disabled={!may} title={title} onClick={() => setOpen('off')}>
          {t('migration.switchOff')}
        </Button>
      )}
      {open === 'on' && (
        <FormDialog
          title={t('migration.switchOn')}
          apply={t('common.save')}
          note={<p className="none">{t('migration.adoptNote')}</p>}
          fields={[
            { name: 'endsAt', label: t('migration.endsAt'), kind: 'time' },
            { name: 'networks', label: t('migration.networks'), kind: 'text' },
            { name: 'attemptsPerMinute', label: t('migration.attempts') },
          ]}
          initial={{
            endsAt: writeLocal(
              adoption ? new Date(adoption.endsAt) : new Date(Date.now() + usualDays * dayMs),
            ),
            networks: adoption?.networks.join('\n') ?? '',
          }}
          run={({ endsAt = '', networks = '', attemptsPerMinute = '' }) => {
            const body = {
              endsAt: timeForApi(endsAt),
              networks: networks.split(/\s+/).filter((network) => network !== ''),
              ...(attemptsPerMinute !== '' && { attemptsPerMinute: Number(attemptsPerMinute) }),
            };
            return ask(setRegistryPasswordAdoption({ client, path, body }));
          }}
          onClose={close}
        />
      )}
      {open === 'off' && (
        <ConfirmDialog
          title={t('migration.switchOff')}
          apply={t('migration.switchOff')}
          run={() => ask(deleteRegistryPasswordAdoption({ client, path }))}
          onClose={close}
        >
          <p>{t('migration.offEnds')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
