import { listExports } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useFolder } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { List } from '../../ui/list/list.tsx';
import { useExportColumns } from './columns.tsx';

const refreshMs = 5000;

export function Exports() {
  const { t } = useTexts();
  const columns = useExportColumns();
  const folderId = useFolder();
  const { page } = useSearch({ from: '__root__' });
  const query = useQuery({
    queryKey: ['exports', folderId, page],
    queryFn: () => ask(listExports({ client, query: { folderId, pageToken: page } })),
    refetchInterval: refreshMs,
  });
  return (
    <Page title={t('nav.exports')}>
      <List
        caption={t('nav.exports')}
        query={query}
        rows="exports"
        rowKey={({ id }) => id}
        empty={<p>{t('exports.empty')}</p>}
        columns={[
          columns.name,
          columns.id,
          columns.target,
          columns.state,
          columns.lag,
          columns.dead,
          columns.success,
        ]}
        isPaged
        isLive
      />
      <How path={`/ext/v1/exports?folderId=${folderId}`} cli={`export list --folder ${folderId}`} />
    </Page>
  );
}
