import { type Broker, createBroker, updateBroker } from '@iotcore/sdk';
import { useNavigate } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useFolder } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { TopLevelForm } from '../resources/top-level-form.tsx';

/** Makes a broker, or changes one. */
export function BrokerForm({ broker, onClose }: { broker?: Broker; onClose: () => void }) {
  const { t } = useTexts();
  const folderId = useFolder();
  const navigate = useNavigate();
  return (
    <TopLevelForm
      title={t(broker ? 'brokers.edit' : 'brokers.create')}
      resource={broker}
      onClose={onClose}
      update={(brokerId, body) => ask(updateBroker({ client, path: { brokerId }, body }))}
      create={async (fields) => {
        const { metadata } = await ask(createBroker({ client, body: { folderId, ...fields } }));
        const { brokerId } = metadata as unknown as { brokerId: string };
        void navigate({ to: '/brokers/$brokerId', params: { brokerId } });
      }}
    />
  );
}
