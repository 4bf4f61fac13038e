import { Plus } from '@gravity-ui/icons';
import { Button, Icon } from '@gravity-ui/uikit';
import { listRegistries, type Registry } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useFolder, useMay } from '../../app/folder.ts';
import { usePreferences } from '../../app/preferences.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { Identifier } from '../../ui/copy.tsx';
import { How } from '../../ui/how.tsx';
import { Page } from '../../ui/page.tsx';
import { Pager } from '../../ui/pager.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Status } from '../../ui/status.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { RegistryForm } from './registry-form.tsx';

export function Registries() {
  const { t } = useTexts();
  const folderId = useFolder();
  const may = useMay('editor');
  const { page } = useSearch({ from: '__root__' });
  const { pageSize } = usePreferences();
  const [isCreating, setIsCreating] = useState(false);
  const query = useQuery({
    queryKey: ['registries', folderId, page, pageSize],
    queryFn: () => ask(listRegistries({ client, query: { folderId, pageSize, pageToken: page } })),
  });
  const columns = useColumns();
  const create = (
    <Button
      view="action"
      disabled={!may}
      title={may ? undefined : t('may.editor')}
      onClick={() => setIsCreating(true)}
    >
      <Icon data={Plus} size={16} />
      {t('registries.create')}
    </Button>
  );
  return (
    <Page title={t('nav.registries')} actions={create}>
      <QueryView query={query}>
        {({ registries, nextPageToken }) => (
          <>
            <Table
              caption={t('nav.registries')}
              columns={columns}
              rows={registries}
              rowKey={({ id }) => id}
              empty={<p>{t('registries.empty')}</p>}
              isLow={({ status }) => status === 'DISABLED'}
            />
            <Pager nextPageToken={nextPageToken} />
          </>
        )}
      </QueryView>
      <How
        path={`/iot-devices/v1/registries?folderId=${folderId}`}
        cli={`registry list --folder ${folderId}`}
      />
      {isCreating && <RegistryForm onClose={() => setIsCreating(false)} />}
    </Page>
  );
}

function useColumns(): readonly Column<Registry>[] {
  const { t } = useTexts();
  return [
    {
      id: 'name',
      title: t('common.name'),
      isWide: true,
      cell: ({ id, name }) => (
        <Link to="/registries/$registryId" params={{ registryId: id }}>
          {name || id}
        </Link>
      ),
    },
    { id: 'id', title: t('common.id'), cell: ({ id }) => <Identifier id={id} /> },
    {
      id: 'status',
      title: t('common.status'),
      cell: ({ status }) => (
        <Status tone={status === 'ACTIVE' ? 'success' : 'normal'}>
          {t(status === 'ACTIVE' ? 'status.on' : 'status.off')}
        </Status>
      ),
    },
    { id: 'created', title: t('common.created'), cell: ({ createdAt }) => <Time at={createdAt} /> },
  ];
}
