import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useTexts } from '../../i18n/texts.tsx';
import { Identifier } from '../../ui/copy.tsx';
import { Pager } from '../../ui/pager.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { callsOf, type Owner } from './owner.ts';

/** What was done to a resource, and by whom. */
export function Operations({ owner }: { owner: Owner }) {
  const { t } = useTexts();
  const { page } = useSearch({ from: '__root__' });
  const query = useQuery({
    queryKey: ['operations', owner.kind, owner.id, page],
    queryFn: () => callsOf(owner).operations(page),
  });
  return (
    <QueryView query={query}>
      {({ operations, nextPageToken }) => (
        <>
          <Table
            caption={t('tabs.operations')}
            rows={operations}
            rowKey={({ id }) => id}
            empty={<p>{t('common.none')}</p>}
            columns={[
              { id: 'at', title: t('common.time'), cell: ({ createdAt }) => <Time at={createdAt} /> },
              {
                id: 'what',
                title: t('operations.what'),
                isWide: true,
                cell: ({ description }) => description,
              },
              {
                id: 'who',
                title: t('operations.who'),
                cell: ({ createdBy }) => <Identifier id={createdBy} />,
              },
              { id: 'id', title: t('common.id'), cell: ({ id }) => <Identifier id={id} /> },
            ]}
          />
          <Pager nextPageToken={nextPageToken} />
        </>
      )}
    </QueryView>
  );
}
