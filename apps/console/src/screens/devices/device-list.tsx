import { Plus } from '@gravity-ui/icons';
import { Button, Icon, Select, TextInput } from '@gravity-ui/uikit';
import { type FindDevicesData, type FoundDevice, findDevices } from '@iotcore/sdk';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useMay } from '../../app/folder.ts';
import { usePreferences } from '../../app/preferences.ts';
import type { Search } from '../../app/search.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { Identifier } from '../../ui/copy.tsx';
import { visible } from '../../ui/device-text.ts';
import { How } from '../../ui/how.tsx';
import { Pager } from '../../ui/pager.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Status } from '../../ui/status.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { DeviceForm } from './device-form.tsx';

type Presence = NonNullable<FindDevicesData['query']['presence']>;
const presences: readonly Presence[] = ['ONLINE', 'NEVER_SEEN'];

/** The devices of a registry, found by name, by label, by who is there. */
export function DeviceList({ registryId, folderId }: { registryId: string; folderId: string }) {
  const { t } = useTexts();
  const may = useMay('editor', folderId);
  const { q, presence, label, page } = useSearch({ from: '__root__' });
  const { pageSize } = usePreferences();
  const navigate = useNavigate();
  const [name, setName] = useState(q ?? '');
  const [isCreating, setIsCreating] = useState(false);
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
  const columns = useColumns();
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
        <Select
          aria-label={t('common.status')}
          label={t('common.status')}
          value={[chosen ?? '']}
          options={[
            { value: '', content: t('common.all') },
            { value: 'ONLINE', content: t('status.online') },
            { value: 'NEVER_SEEN', content: t('status.never') },
          ]}
          onUpdate={([one]) => filter({ presence: one || undefined })}
        />
        <Button
          view="action"
          disabled={!may}
          title={may ? undefined : t('may.editor')}
          onClick={() => setIsCreating(true)}
        >
          <Icon data={Plus} size={16} />
          {t('devices.create')}
        </Button>
      </form>
      <QueryView query={query}>
        {({ devices, nextPageToken }) => (
          <>
            <Table
              caption={t('nav.devices')}
              columns={columns}
              rows={devices}
              rowKey={({ id }) => id}
              isLow={({ disabled }) => disabled === true}
              empty={<p>{t(q || chosen || label ? 'devices.noneFound' : 'devices.empty')}</p>}
            />
            <Pager nextPageToken={nextPageToken} />
          </>
        )}
      </QueryView>
      <How path={`/ext/v1/devices?registryId=${registryId}`} cli={`device list --registry ${registryId}`} />
      {isCreating && <DeviceForm registryId={registryId} onClose={() => setIsCreating(false)} />}
    </>
  );
}

function useColumns(): readonly Column<FoundDevice>[] {
  const { t } = useTexts();
  return [
    {
      id: 'name',
      title: t('common.name'),
      isWide: true,
      cell: ({ id, name }) => (
        <Link to="/devices/$deviceId" params={{ deviceId: id }}>
          {visible(name || id)}
        </Link>
      ),
    },
    { id: 'id', title: t('common.id'), cell: ({ id }) => <Identifier id={id} /> },
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
