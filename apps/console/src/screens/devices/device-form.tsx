import { createDevice, type Device, updateDevice } from '@iotcore/sdk';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { FormDialog } from '../../ui/forms/form-dialog.tsx';
import { fromLines, toLines } from '../../ui/forms/labels.ts';

interface Props {
  readonly registryId: string;
  readonly device?: Device;
  readonly onClose: () => void;
}

/** Makes a device, or changes one. */
export function DeviceForm({ registryId, device, onClose }: Props) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  return (
    <FormDialog
      title={t(device ? 'devices.edit' : 'devices.create')}
      apply={t(device ? 'common.save' : 'common.create')}
      fields={[
        { name: 'name', label: t('common.name') },
        { name: 'description', label: t('common.description') },
        { name: 'labels', label: t('common.labels'), kind: 'text', note: t('common.labelsNote') },
        { name: 'topicAliases', label: t('tabs.aliases'), kind: 'text', note: t('aliases.note') },
      ]}
      initial={{
        name: device?.name ?? '',
        description: device?.description ?? '',
        labels: toLines(device?.labels),
        topicAliases: toLines(device?.topicAliases),
      }}
      onClose={onClose}
      run={async ({ name, description, labels = '', topicAliases = '' }) => {
        const fields = {
          name,
          description,
          labels: fromLines(labels),
          topicAliases: fromLines(topicAliases),
        };
        if (device) {
          const body = { ...fields, updateMask: 'name,description,labels,topicAliases' };
          await ask(updateDevice({ client, path: { deviceId: device.id }, body }));
        } else {
          const { metadata } = await ask(createDevice({ client, body: { registryId, ...fields } }));
          const { deviceId } = metadata as unknown as { deviceId: string };
          void navigate({ to: '/devices/$deviceId', params: { deviceId } });
        }
        await queryClient.invalidateQueries();
      }}
    />
  );
}
