import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { List } from '../../ui/list/list.tsx';
import { useExportColumns } from '../exports/columns.tsx';
import { listWithState } from '../exports/list-exports.ts';
import type { Owner } from '../resources/owner.ts';

const refreshMs = 10_000;

/** Where the messages of a registry go, and how that goes. */
export function RegistryExports({ owner: { id, folderId } }: { owner: Owner }) {
  const { t } = useTexts();
  const columns = useExportColumns();
  const { page } = useSearch({ from: '__root__' });
  const query = useQuery({
    queryKey: ['exports', 'of registry', id, page],
    queryFn: () => listWithState({ registryId: id }, page),
    refetchInterval: refreshMs,
  });
  return (
    <>
      <List
        caption={t('nav.exports')}
        query={query}
        rows="exports"
        rowKey={(one) => one.id}
        empty={<p>{t('exports.empty')}</p>}
        columns={[columns.name, columns.target, columns.state, columns.lag, columns.dead, columns.success]}
        isPaged
      />
      <How path={`/ext/v1/exports?registryId=${id}`} cli={`export list --folder-id ${folderId}`} />
    </>
  );
}
