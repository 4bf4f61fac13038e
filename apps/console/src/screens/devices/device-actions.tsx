import { Button, DropdownMenu } from '@gravity-ui/uikit';
import { type Device, deleteDevice, disableDevice, enableDevice, publishRegistryData } from '@iotcore/sdk';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { encodeBase64 } from '../../ui/device-text.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { DeviceForm } from './device-form.tsx';

type Open = 'edit' | 'command' | 'config' | 'switch' | 'delete';

interface Props {
  readonly device: Device;
  /** Kept out by an operator. */
  readonly isOff: boolean;
  readonly folderId: string;
}

export function DeviceActions({ device, isOff, folderId }: Props) {
  const { t } = useTexts();
  const may = useMay('editor', folderId);
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const title = may ? undefined : t('may.editor');
  return (
    <>
      <Button view="action" disabled={!may} title={title} onClick={() => setOpen('command')}>
        {t('devices.sendCommand')}
      </Button>
      <Button disabled={!may} title={title} onClick={() => setOpen('config')}>
        {t('devices.setConfig')}
      </Button>
      <Button disabled={!may} title={title} onClick={() => setOpen('edit')}>
        {t('common.edit')}
      </Button>
      <DropdownMenu
        renderSwitcher={(props) => (
          <Button {...props} disabled={!may} title={title}>
            {t('common.actions')}
          </Button>
        )}
        items={[
          { text: t(isOff ? 'common.enable' : 'common.disable'), action: () => setOpen('switch') },
          { text: t('common.delete'), theme: 'danger', action: () => setOpen('delete') },
        ]}
      />
      {open === 'edit' && <DeviceForm registryId={device.registryId} device={device} onClose={close} />}
      {(open === 'command' || open === 'config') && <Send device={device} what={open} onClose={close} />}
      {(open === 'switch' || open === 'delete') && (
        <Confirm device={device} isOff={isOff} what={open} onClose={close} />
      )}
    </>
  );
}

/** Commands and configs come from the registry: it is published as. */
function Send({
  device,
  what,
  onClose,
}: {
  device: Device;
  what: 'command' | 'config';
  onClose: () => void;
}) {
  const { t } = useTexts();
  const suffix = what === 'command' ? 'commands' : 'config';
  return (
    <FormDialog
      title={t(what === 'command' ? 'devices.sendCommand' : 'devices.setConfig')}
      apply={t('publish.send')}
      note={<p className="none">{t(what === 'command' ? 'devices.commandNote' : 'devices.configNote')}</p>}
      fields={[
        { name: 'data', label: t('payload.payload'), kind: 'code' },
        { name: 'topic', label: t('common.topic') },
      ]}
      initial={{ topic: `$devices/${device.id}/${suffix}` }}
      onClose={onClose}
      run={({ topic = '', data = '' }) =>
        ask(
          publishRegistryData({
            client,
            path: { registryId: device.registryId },
            body: { topic, data: encodeBase64(data) },
          }),
        )
      }
    />
  );
}

interface ConfirmProps {
  readonly device: Device;
  readonly isOff: boolean;
  readonly what: 'switch' | 'delete';
  readonly onClose: () => void;
}

function Confirm({ device, isOff, what, onClose }: ConfirmProps) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const path = { deviceId: device.id };
  const name = what === 'delete' ? t('common.delete') : t(isOff ? 'common.enable' : 'common.disable');
  const run = async () => {
    if (what === 'delete') {
      await ask(deleteDevice({ client, path }));
      await navigate({ to: '/registries/$registryId', params: { registryId: device.registryId } });
    } else if (isOff) await ask(enableDevice({ client, path }));
    else await ask(disableDevice({ client, path, body: {} }));
    await queryClient.invalidateQueries();
  };
  return (
    <ConfirmDialog
      title={name}
      apply={name}
      {...(what === 'delete' && { typed: device.name || device.id })}
      run={run}
      onClose={onClose}
    >
      <p>
        {t(what === 'delete' ? 'devices.deleteEnds' : isOff ? 'devices.enableBegins' : 'devices.disableEnds')}
      </p>
    </ConfirmDialog>
  );
}
