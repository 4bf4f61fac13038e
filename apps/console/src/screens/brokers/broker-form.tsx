import { type Broker, createBroker, updateBroker } from '@iotcore/sdk';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useFolder } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { fromLines, toLines } from '../../ui/labels.ts';

/** Makes a broker, or changes one. */
export function BrokerForm({ broker, onClose }: { broker?: Broker; onClose: () => void }) {
  const { t } = useTexts();
  const folderId = useFolder();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  return (
    <FormDialog
      title={t(broker ? 'brokers.edit' : 'brokers.create')}
      apply={t(broker ? 'common.save' : 'common.create')}
      fields={[
        { name: 'name', label: t('common.name') },
        { name: 'description', label: t('common.description') },
        { name: 'labels', label: t('common.labels'), kind: 'text', note: t('common.labelsNote') },
      ]}
      initial={{
        name: broker?.name ?? '',
        description: broker?.description ?? '',
        labels: toLines(broker?.labels),
      }}
      onClose={onClose}
      run={async ({ name, description, labels = '' }) => {
        const fields = { name, description, labels: fromLines(labels) };
        if (broker) {
          const body = { ...fields, updateMask: 'name,description,labels' };
          await ask(updateBroker({ client, path: { brokerId: broker.id }, body }));
        } else {
          const { metadata } = await ask(createBroker({ client, body: { folderId, ...fields } }));
          const { brokerId } = metadata as unknown as { brokerId: string };
          void navigate({ to: '/brokers/$brokerId', params: { brokerId } });
        }
        await queryClient.invalidateQueries();
      }}
    />
  );
}
