import { listBrokers } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useFolder } from '../../app/folder.ts';
import { usePreferences } from '../../app/preferences.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { OnOff } from '../../ui/layout/status.tsx';
import { useColumns } from '../../ui/list/columns.tsx';
import { List } from '../../ui/list/list.tsx';
import { useActivityColumns } from '../resources/activity.tsx';
import { CreateButton } from '../resources/create-button.tsx';
import { BrokerForm } from './broker-form.tsx';
import { disabledIn } from './disabled-brokers.ts';

export function Brokers() {
  const { t } = useTexts();
  const { name, id, created } = useColumns();
  const activity = useActivityColumns('BROKER');
  const folderId = useFolder();
  const { page } = useSearch({ from: '__root__' });
  const { pageSize } = usePreferences();
  const query = useQuery({
    queryKey: ['brokers', folderId, page, pageSize],
    queryFn: async () => {
      const found = await ask(listBrokers({ client, query: { folderId, pageSize, pageToken: page } }));
      const disabled = await disabledIn(folderId);
      return { ...found, brokers: found.brokers.map((one) => ({ ...one, isOff: disabled.has(one.id) })) };
    },
  });
  return (
    <Page
      title={t('nav.brokers')}
      actions={
        <CreateButton title={t('brokers.create')} dialog={(close) => <BrokerForm onClose={close} />} />
      }
    >
      <List
        caption={t('nav.brokers')}
        query={query}
        rows="brokers"
        rowKey={(one) => one.id}
        empty={<p>{t('brokers.empty')}</p>}
        isLow={({ isOff }) => isOff}
        columns={[
          name('/brokers/'),
          id,
          { id: 'status', title: t('common.status'), cell: ({ isOff }) => <OnOff isOn={!isOff} /> },
          ...activity,
          created,
        ]}
        isPaged
      />
      <How path={`/iot-broker/v1/brokers?folderId=${folderId}`} cli={`broker list --folder-id ${folderId}`} />
    </Page>
  );
}
