import { useQuery } from '@tanstack/react-query';
import { useTexts } from '../../i18n/texts.tsx';
import { List } from '../../ui/list/list.tsx';
import { useExportColumns } from '../exports/columns.tsx';
import { listInConditions } from '../exports/list-exports.ts';

const refreshMs = 10_000;
const troubled = ['RETRYING', 'MISCONFIGURED', 'FULL'];

export function TroubledExports({ folderId }: { folderId: string }) {
  const { t } = useTexts();
  const { name, state, lag } = useExportColumns();
  const query = useQuery({
    queryKey: ['exports', folderId, 'troubled'],
    queryFn: () => listInConditions(folderId, troubled),
    refetchInterval: refreshMs,
  });
  return (
    <List
      caption={t('overview.exports')}
      query={query}
      rows="exports"
      rowKey={({ id }) => id}
      empty={<p>{t('overview.noTrouble')}</p>}
      columns={[name, state, lag]}
    />
  );
}
