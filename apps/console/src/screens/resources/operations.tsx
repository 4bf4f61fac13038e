import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { List } from '../../ui/list/list.tsx';
import { Identifier } from '../../ui/text/copy.tsx';
import { Time } from '../../ui/text/time.tsx';
import { callsOf, type Owner, paths } from './owner.ts';

/** What was done to a resource, and by whom. */
export function Operations({ owner }: { owner: Owner }) {
  const { t } = useTexts();
  const { page } = useSearch({ from: '__root__' });
  const query = useQuery({
    queryKey: ['operations', owner.kind, owner.id, page],
    queryFn: () => callsOf(owner).operations(page),
  });
  return (
    <>
      <List
        caption={t('tabs.operations')}
        query={query}
        rows="operations"
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
        isPaged
      />
      <How path={`${paths[owner.kind].api}/${owner.id}/operations`} />
    </>
  );
}
