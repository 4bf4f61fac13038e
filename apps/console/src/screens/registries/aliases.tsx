import { listDeviceTopicAliases } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { useColumns } from '../../ui/list/columns.tsx';
import { List } from '../../ui/list/list.tsx';

/** The topic aliases of all devices of a registry. */
export function Aliases({ registryId }: { registryId: string }) {
  const { t } = useTexts();
  const { code } = useColumns();
  const query = useQuery({
    queryKey: ['aliases', registryId],
    queryFn: () => ask(listDeviceTopicAliases({ client, path: { registryId }, query: { pageSize: 1000 } })),
  });
  return (
    <>
      <List
        caption={t('tabs.aliases')}
        query={query}
        rows="aliases"
        rowKey={({ alias }) => alias}
        empty={<p>{t('aliases.empty')}</p>}
        columns={[
          code('alias', 'aliases.alias', true),
          code('topicPrefix', 'aliases.prefix'),
          {
            id: 'device',
            title: t('kind.device'),
            cell: ({ deviceId }) => (
              <Link to="/devices/$deviceId" params={{ deviceId }} search={{ tab: 'aliases' }}>
                {deviceId}
              </Link>
            ),
          },
        ]}
      />
      <How
        path={`/iot-devices/v1/registries/${registryId}:listDeviceTopicAliases`}
        cli={`registry list-device-topic-aliases ${registryId}`}
      />
    </>
  );
}
