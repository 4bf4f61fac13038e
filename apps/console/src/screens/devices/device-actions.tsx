import { Button } from '@gravity-ui/uikit';
import { type Device, deleteDevice, disableDevice, enableDevice, publishRegistryData } from '@iotcore/sdk';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { FormDialog } from '../../ui/forms/form-dialog.tsx';
import { encodeBase64 } from '../../ui/text/device-text.ts';
import { ResourceActions } from '../resources/resource-actions.tsx';
import { DeviceForm } from './device-form.tsx';

interface Props {
  readonly device: Device;
  /** Kept out by an operator. */
  readonly isOff: boolean;
  readonly folderId: string;
}

export function DeviceActions({ device, isOff, folderId }: Props) {
  const { t } = useTexts();
  const may = useMay('editor', folderId);
  const navigate = useNavigate();
  const [open, setOpen] = useState<'command' | 'config'>();
  const { id, name, registryId } = device;
  const path = { deviceId: id };
  const title = may ? undefined : t('may.editor');
  return (
    <>
      <Button view="action" disabled={!may} title={title} onClick={() => setOpen('command')}>
        {t('devices.sendCommand')}
      </Button>
      <Button disabled={!may} title={title} onClick={() => setOpen('config')}>
        {t('devices.setConfig')}
      </Button>
      <ResourceActions
        name={name || id}
        folderId={folderId}
        isOn={!isOff}
        words={{
          disableEnds: 'devices.disableEnds',
          enableBegins: 'devices.enableBegins',
          deleteEnds: 'devices.deleteEnds',
        }}
        editDialog={(close) => <DeviceForm registryId={registryId} device={device} onClose={close} />}
        enable={() => ask(enableDevice({ client, path }))}
        disable={() => ask(disableDevice({ client, path, body: {} }))}
        remove={async () => {
          await ask(deleteDevice({ client, path }));
          await navigate({ to: '/registries/$registryId', params: { registryId } });
        }}
      />
      {open && <Send device={device} what={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

interface SendProps {
  readonly device: Device;
  readonly what: 'command' | 'config';
  readonly onClose: () => void;
}

/** Commands and configs come from the registry: it is published as. */
function Send({ device: { id, registryId }, what, onClose }: SendProps) {
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
      initial={{ topic: `$devices/${id}/${suffix}` }}
      onClose={onClose}
      run={({ topic = '', data = '' }) =>
        ask(publishRegistryData({ client, path: { registryId }, body: { topic, data: encodeBase64(data) } }))
      }
    />
  );
}
