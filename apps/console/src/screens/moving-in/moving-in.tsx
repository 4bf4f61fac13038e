import { getMigrationStatus, type RegistryMigration } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useFolder, useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { List } from '../../ui/list/list.tsx';
import type { Column } from '../../ui/list/table.tsx';
import { visible } from '../../ui/text/device-text.ts';
import { Time } from '../../ui/text/time.tsx';
import { Knocking } from './knocking.tsx';
import { ProgressBar } from './progress.tsx';

const refreshMs = 5000;

/** How far each registry has come from the old service. */
export function MovingIn() {
  const { t } = useTexts();
  const folderId = useFolder();
  const seesAll = useMay('viewer', '*');
  const query = useQuery({
    queryKey: ['migration', folderId],
    queryFn: () => ask(getMigrationStatus({ client, query: { folderId } })),
    refetchInterval: refreshMs,
  });
  const columns = useColumns();
  return (
    <Page title={t('nav.movingIn')}>
      <p className="none">{t('migration.note')}</p>
      <List
        caption={t('nav.movingIn')}
        query={query}
        rows="registries"
        rowKey={({ registryId }) => registryId}
        empty={<p>{t('migration.empty')}</p>}
        columns={columns}
      />
      {seesAll && <Knocking />}
      <How
        path={`/ext/v1/migrationStatus?folderId=${folderId}`}
        cli={`migrate status --folder-id ${folderId}`}
      />
    </Page>
  );
}

function useColumns(): readonly Column<RegistryMigration>[] {
  const { t } = useTexts();
  return [
    {
      id: 'registry',
      title: t('kind.registry'),
      isWide: true,
      cell: ({ registryId, name }) => (
        <Link to="/moving-in/$registryId" params={{ registryId }}>
          {visible(name || registryId)}
        </Link>
      ),
    },
    {
      id: 'progress',
      title: t('migration.progress'),
      cell: (registry) => <ProgressBar registry={registry} />,
    },
    { id: 'devices', title: t('nav.devices'), isNumber: true, cell: ({ devices }) => devices },
    { id: 'seen', title: t('migration.seen'), isNumber: true, cell: ({ seen }) => seen },
    { id: 'notSeen', title: t('migration.notSeen'), isNumber: true, cell: ({ notSeen }) => notSeen },
    {
      id: 'without',
      title: t('migration.without'),
      isNumber: true,
      cell: ({ withoutCredential }) => withoutCredential,
    },
    { id: 'adopted', title: t('migration.adopted'), isNumber: true, cell: ({ adopted }) => adopted },
    {
      id: 'adoption',
      title: t('migration.adoption'),
      cell: ({ adoption }) => (adoption ? <Time at={adoption.endsAt} /> : t('migration.off')),
    },
  ];
}
