import { listRegistries } from '@iotcore/sdk';
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
import { useDeviceCountColumn } from '../resources/device-counts.tsx';
import { RegistryForm } from './registry-form.tsx';

export function Registries() {
  const { t } = useTexts();
  const { name, id, created } = useColumns();
  const activity = useActivityColumns('REGISTRY');
  const folderId = useFolder();
  const devices = useDeviceCountColumn(folderId);
  const { page } = useSearch({ from: '__root__' });
  const { pageSize } = usePreferences();
  const query = useQuery({
    queryKey: ['registries', folderId, page, pageSize],
    queryFn: () => ask(listRegistries({ client, query: { folderId, pageSize, pageToken: page } })),
  });
  return (
    <Page
      title={t('nav.registries')}
      actions={
        <CreateButton title={t('registries.create')} dialog={(close) => <RegistryForm onClose={close} />} />
      }
    >
      <List
        caption={t('nav.registries')}
        query={query}
        rows="registries"
        rowKey={(one) => one.id}
        isLow={({ status }) => status === 'DISABLED'}
        empty={<p>{t('registries.empty')}</p>}
        columns={[
          name('/registries/'),
          id,
          {
            id: 'status',
            title: t('common.status'),
            cell: ({ status }) => <OnOff isOn={status !== 'DISABLED'} />,
          },
          devices,
          ...activity,
          created,
        ]}
        isPaged
      />
      <How
        path={`/iot-devices/v1/registries?folderId=${folderId}`}
        cli={`registry list --folder-id ${folderId}`}
      />
    </Page>
  );
}
