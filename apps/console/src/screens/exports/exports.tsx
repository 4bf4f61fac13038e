import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useFolder } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { List } from '../../ui/list/list.tsx';
import { CreateButton } from '../resources/create-button.tsx';
import { useExportColumns } from './columns.tsx';
import { ExportForm } from './export-form.tsx';
import { listWithState } from './list-exports.ts';

const refreshMs = 10_000;

export function Exports() {
  const { t } = useTexts();
  const columns = useExportColumns();
  const folderId = useFolder();
  const { page } = useSearch({ from: '__root__' });
  const query = useQuery({
    queryKey: ['exports', folderId, page],
    queryFn: () => listWithState({ folderId }, page),
    refetchInterval: refreshMs,
  });
  return (
    <Page
      title={t('nav.exports')}
      actions={
        <CreateButton
          title={t('exports.create')}
          needs="admin"
          dialog={(close) => <ExportForm onClose={close} />}
        />
      }
    >
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
      <How path={`/ext/v1/exports?folderId=${folderId}`} cli={`export list --folder-id ${folderId}`} />
    </Page>
  );
}
