import {
  deleteDevicePassword,
  getMigrationStatus,
  type ListMigrationDevicesData,
  listMigrationDevices,
  type MigrationDevice,
  type RegistryMigration,
} from '@iotcore/sdk';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useFolder, useMay } from '../../app/folder.ts';
import { usePreferences } from '../../app/preferences.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { ConfirmDialog } from '../../ui/forms/confirm-dialog.tsx';
import { FailureNote } from '../../ui/layout/failure-note.tsx';
import { How } from '../../ui/layout/how.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { QueryView } from '../../ui/layout/query-view.tsx';
import { ChoiceFilter } from '../../ui/list/choice-filter.tsx';
import { List } from '../../ui/list/list.tsx';
import { visible } from '../../ui/text/device-text.ts';
import { Adoption } from './adoption.tsx';
import { useDeviceColumns } from './device-columns.tsx';
import { Progress } from './progress.tsx';

type Filter = NonNullable<NonNullable<ListMigrationDevicesData['query']>['filter']>;
const filters: Readonly<Record<Filter, 'notSeen' | 'without' | 'adopted' | 'conflicts'>> = {
  ...{ NOT_SEEN: 'notSeen', WITHOUT_CREDENTIAL: 'without' },
  ...{ ADOPTED: 'adopted', ID_CONFLICT: 'conflicts' },
};
const filterNames = Object.keys(filters) as Filter[];

/** How far the devices of one registry have come: lists of each kind, and the switch of password adoption. */
export function MovingInRegistry() {
  const { t } = useTexts();
  const { registryId } = useParams({ from: '/moving-in/$registryId' });
  const folderId = useFolder();
  const query = useQuery({
    queryKey: ['migration', folderId],
    queryFn: () => ask(getMigrationStatus({ client, query: { folderId } })),
  });
  return (
    <QueryView query={query}>
      {({ registries }) => {
        const registry = registries.find((one) => one.registryId === registryId);
        return registry ? (
          <Shown registry={registry} />
        ) : (
          <FailureNote error={new Error(t('failure.missing'))} />
        );
      }}
    </QueryView>
  );
}

function Shown({ registry }: { registry: RegistryMigration }) {
  const { t } = useTexts();
  const { registryId, name, folderId } = registry;
  return (
    <Page
      title={visible(name || registryId)}
      above={
        <Link to="/moving-in" search={{ folder: folderId }}>
          {t('nav.movingIn')}
        </Link>
      }
      actions={<Adoption registry={registry} />}
    >
      <Progress registry={registry} />
      <Devices registryId={registryId} folderId={folderId} />
      <How
        path={`/ext/v1/registries/${registryId}/migrationDevices`}
        cli={`migrate status --registry-id ${registryId}`}
      />
    </Page>
  );
}

function Devices({ registryId, folderId }: { registryId: string; folderId: string }) {
  const { t } = useTexts();
  const may = useMay('editor', folderId);
  const { state, page: pageToken } = useSearch({ from: '__root__' });
  const { pageSize } = usePreferences();
  const queryClient = useQueryClient();
  const [rejecting, setRejecting] = useState<MigrationDevice>();
  const filter = filterNames.find((one) => one === state);
  const query = useQuery({
    queryKey: ['migration', registryId, filter, pageToken, pageSize],
    queryFn: () =>
      ask(listMigrationDevices({ client, path: { registryId }, query: { filter, pageSize, pageToken } })),
    placeholderData: keepPreviousData,
  });
  const columns = useDeviceColumns(may, setRejecting);
  return (
    <>
      <div className="filters">
        <ChoiceFilter
          name="state"
          label={t('migration.filter')}
          value={filter}
          options={filterNames}
          nameOf={(one) => t(`migration.${filters[one]}`)}
          all={t('migration.all')}
        />
      </div>
      <List
        caption={t('migration.filter')}
        query={query}
        rows="devices"
        rowKey={({ deviceId }) => deviceId}
        empty={<p>{t('migration.noneLike')}</p>}
        columns={columns}
        isPaged
      />
      {rejecting && (
        <ConfirmDialog
          title={t('migration.reject')}
          apply={t('migration.reject')}
          run={async () => {
            const path = { deviceId: rejecting.deviceId, passwordId: rejecting.passwordId ?? '' };
            await ask(deleteDevicePassword({ client, path }));
            await queryClient.invalidateQueries({ queryKey: ['migration'] });
          }}
          onClose={() => setRejecting(undefined)}
        >
          <p>{t('migration.rejectEnds')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
