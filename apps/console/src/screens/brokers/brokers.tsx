import { Plus } from '@gravity-ui/icons';
import { Button, Icon } from '@gravity-ui/uikit';
import { listBrokers } from '@iotcore/sdk';
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
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { BrokerForm } from './broker-form.tsx';

export function Brokers() {
  const { t } = useTexts();
  const folderId = useFolder();
  const may = useMay('editor');
  const { page } = useSearch({ from: '__root__' });
  const { pageSize } = usePreferences();
  const [isCreating, setIsCreating] = useState(false);
  const query = useQuery({
    queryKey: ['brokers', folderId, page, pageSize],
    queryFn: () => ask(listBrokers({ client, query: { folderId, pageSize, pageToken: page } })),
  });
  return (
    <Page
      title={t('nav.brokers')}
      actions={
        <Button
          view="action"
          disabled={!may}
          title={may ? undefined : t('may.editor')}
          onClick={() => setIsCreating(true)}
        >
          <Icon data={Plus} size={16} />
          {t('brokers.create')}
        </Button>
      }
    >
      <QueryView query={query}>
        {({ brokers, nextPageToken }) => (
          <>
            <Table
              caption={t('nav.brokers')}
              rows={brokers}
              rowKey={({ id }) => id}
              empty={<p>{t('brokers.empty')}</p>}
              columns={[
                {
                  id: 'name',
                  title: t('common.name'),
                  isWide: true,
                  cell: ({ id, name }) => (
                    <Link to="/brokers/$brokerId" params={{ brokerId: id }}>
                      {name || id}
                    </Link>
                  ),
                },
                { id: 'id', title: t('common.id'), cell: ({ id }) => <Identifier id={id} /> },
                {
                  id: 'created',
                  title: t('common.created'),
                  cell: ({ createdAt }) => <Time at={createdAt} />,
                },
              ]}
            />
            <Pager nextPageToken={nextPageToken} />
          </>
        )}
      </QueryView>
      <How path={`/iot-broker/v1/brokers?folderId=${folderId}`} cli={`broker list --folder ${folderId}`} />
      {isCreating && <BrokerForm onClose={() => setIsCreating(false)} />}
    </Page>
  );
}
