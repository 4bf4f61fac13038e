import { type Device, findDevices, getDevice, getRegistry } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { QueryView } from '../../ui/layout/query-view.tsx';
import { OnOff } from '../../ui/layout/status.tsx';
import { Tabs } from '../../ui/layout/tabs.tsx';
import { useColumns } from '../../ui/list/columns.tsx';
import { Table } from '../../ui/list/table.tsx';
import { visible } from '../../ui/text/device-text.ts';
import { Live } from '../live/live.tsx';
import { Credentials } from '../resources/credentials/credentials.tsx';
import { Log } from '../resources/log/log.tsx';
import { Operations } from '../resources/operations.tsx';
import { StoredTopics } from '../stored/stored-topics.tsx';
import { DeviceActions } from './device-actions.tsx';
import { DeviceStatus } from './device-status.tsx';

export function DevicePage() {
  const { deviceId } = useParams({ from: '/devices/$deviceId' });
  const query = useQuery({
    queryKey: ['device', deviceId],
    queryFn: async () => {
      const device = await ask(getDevice({ client, path: { deviceId }, query: { deviceView: 'FULL' } }));
      const registry = await ask(getRegistry({ client, path: { registryId: device.registryId } }));
      const query = { registryId: registry.id, idPrefix: deviceId, pageSize: 1 };
      const { devices } = await ask(findDevices({ client, query }));
      const isOff = devices[0]?.disabled ?? false;
      return { device, isOff, folderId: registry.folderId, registryName: registry.name || registry.id };
    },
  });
  return <QueryView query={query}>{(found) => <Shown key={deviceId} {...found} />}</QueryView>;
}

interface Props {
  readonly device: Device;
  /** Kept out by an operator. */
  readonly isOff: boolean;
  readonly folderId: string;
  readonly registryName: string;
}

function Shown({ device, isOff, folderId, registryName }: Props) {
  const { t } = useTexts();
  const { id, name, registryId } = device;
  const owner = { kind: 'device', id, folderId } as const;
  const title = visible(name || id);
  return (
    <Page
      title={title}
      above={
        <Link to="/registries/$registryId" params={{ registryId }} search={{ folder: folderId }}>
          {visible(registryName)}
        </Link>
      }
      status={isOff && <OnOff isOn={false} />}
      actions={<DeviceActions device={device} isOff={isOff} folderId={folderId} />}
    >
      <Tabs
        label={title}
        items={[
          {
            id: 'status',
            title: t('tabs.status'),
            content: () => <DeviceStatus device={device} owner={owner} />,
          },
          { id: 'live', title: t('tabs.live'), content: () => <Live owner={owner} /> },
          { id: 'stored', title: t('tabs.stored'), content: () => <StoredTopics owner={owner} /> },
          { id: 'credentials', title: t('tabs.credentials'), content: () => <Credentials owner={owner} /> },
          { id: 'aliases', title: t('tabs.aliases'), content: () => <Aliases device={device} /> },
          { id: 'log', title: t('tabs.log'), content: () => <Log owner={owner} /> },
          { id: 'operations', title: t('tabs.operations'), content: () => <Operations owner={owner} /> },
        ]}
      />
    </Page>
  );
}

function Aliases({ device: { id, topicAliases = {} } }: { device: Device }) {
  const { t } = useTexts();
  const { code } = useColumns();
  return (
    <>
      <Table
        caption={t('tabs.aliases')}
        rows={Object.entries(topicAliases).map(([alias, topicPrefix]) => ({ alias, topicPrefix }))}
        rowKey={({ alias }) => alias}
        empty={<p>{t('aliases.empty')}</p>}
        columns={[code('alias', 'aliases.alias', true), code('topicPrefix', 'aliases.prefix')]}
      />
      <How path={`/iot-devices/v1/devices/${id}?deviceView=FULL`} cli={`device get ${id}`} />
    </>
  );
}
