import { TextInput } from '@gravity-ui/uikit';
import { type FindDevicesData, type FoundDevice, findDevices } from '@iotcore/sdk';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { usePreferences } from '../../app/preferences.ts';
import type { Search } from '../../app/top-bar/search.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { Status } from '../../ui/layout/status.tsx';
import { ChoiceFilter } from '../../ui/list/choice-filter.tsx';
import { useColumns } from '../../ui/list/columns.tsx';
import { List } from '../../ui/list/list.tsx';
import type { Column } from '../../ui/list/table.tsx';
import { Time } from '../../ui/text/time.tsx';
import { CreateButton } from '../resources/create-button.tsx';
import { DeviceForm } from './device-form.tsx';

type Presence = NonNullable<FindDevicesData['query']['presence']>;
const presences: readonly Presence[] = ['ONLINE', 'NEVER_SEEN'];

/** The devices of a registry, found by name, by label, by who is there. */
export function DeviceList({ registryId, folderId }: { registryId: string; folderId: string }) {
  const { t } = useTexts();
  const { q, presence, label, page } = useSearch({ from: '__root__' });
  const { pageSize } = usePreferences();
  const navigate = useNavigate();
  const [name, setName] = useState(q ?? '');
  const chosen = presences.find((one) => one === presence);
  const query = useQuery({
    queryKey: ['devices', registryId, q, chosen, label, page, pageSize],
    queryFn: () =>
      ask(
        findDevices({
          client,
          query: { registryId, namePrefix: q, presence: chosen, label, pageSize, pageToken: page },
        }),
      ),
    placeholderData: keepPreviousData,
  });
  const filter = (changed: Search) =>
    void navigate({ to: '.', search: (before: Search) => ({ ...before, page: undefined, ...changed }) });
  const columns = useDeviceColumns();
  return (
    <>
      <form
        className="filters"
        onSubmit={(event) => {
          event.preventDefault();
          filter({ q: name || undefined });
        }}
      >
        <TextInput
          label={t('devices.nameBegins')}
          value={name}
          onUpdate={setName}
          onBlur={() => filter({ q: name || undefined })}
          hasClear
        />
        <ChoiceFilter
          name="presence"
          label={t('common.status')}
          value={chosen}
          options={presences}
          nameOf={(one) => t(one === 'ONLINE' ? 'status.online' : 'status.never')}
        />
        <CreateButton
          title={t('devices.create')}
          folderId={folderId}
          dialog={(close) => <DeviceForm registryId={registryId} onClose={close} />}
        />
      </form>
      <List
        caption={t('nav.devices')}
        columns={columns}
        query={query}
        rows="devices"
        rowKey={({ id }) => id}
        isLow={({ disabled }) => disabled === true}
        empty={<p>{t(q || chosen || label ? 'devices.noneFound' : 'devices.empty')}</p>}
        isPaged
      />
      <How
        path={`/ext/v1/devices?registryId=${registryId}`}
        cli={`device list --registry-id ${registryId}`}
      />
    </>
  );
}

function useDeviceColumns(): readonly Column<FoundDevice>[] {
  const { t } = useTexts();
  const { name, id } = useColumns();
  return [
    name('/devices/'),
    id,
    {
      id: 'status',
      title: t('common.status'),
      cell: ({ online, disabled }) => (
        <Status tone={disabled ? 'normal' : online ? 'success' : 'info'}>
          {t(disabled ? 'status.off' : online ? 'status.online' : 'status.offline')}
        </Status>
      ),
    },
    { id: 'address', title: t('common.address'), cell: ({ address }) => address && <code>{address}</code> },
    {
      id: 'seen',
      title: t('devices.lastSeen'),
      cell: ({ connectedAt, lastOnlineTime }) => <Time at={connectedAt ?? lastOnlineTime} />,
    },
  ];
}
