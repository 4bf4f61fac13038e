import { type Export, listExports } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useFolder } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { Identifier } from '../../ui/copy.tsx';
import { How } from '../../ui/how.tsx';
import { Page } from '../../ui/page.tsx';
import { Pager } from '../../ui/pager.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { Condition } from './condition.tsx';

const refreshMs = 5000;

export function Exports() {
  const { t } = useTexts();
  const folderId = useFolder();
  const { page } = useSearch({ from: '__root__' });
  const query = useQuery({
    queryKey: ['exports', folderId, page],
    queryFn: () => ask(listExports({ client, query: { folderId, pageToken: page } })),
    refetchInterval: refreshMs,
  });
  return (
    <Page title={t('nav.exports')}>
      <QueryView query={query}>
        {({ exports, nextPageToken }) => (
          <>
            <Table
              caption={t('nav.exports')}
              rows={exports}
              rowKey={({ id }) => id}
              empty={<p>{t('exports.empty')}</p>}
              columns={[
                {
                  id: 'name',
                  title: t('common.name'),
                  isWide: true,
                  cell: ({ id, name }) => (
                    <Link to="/exports/$exportId" params={{ exportId: id }}>
                      {name || id}
                    </Link>
                  ),
                },
                { id: 'id', title: t('common.id'), cell: ({ id }) => <Identifier id={id} /> },
                { id: 'target', title: t('exports.target'), cell: (one) => targetOf(one) },
                { id: 'state', title: t('common.status'), cell: ({ state }) => <Condition state={state} /> },
                {
                  id: 'lag',
                  title: t('exports.lag'),
                  isNumber: true,
                  cell: ({ state }) => state?.lagMessages,
                },
                {
                  id: 'dead',
                  title: t('exports.dead'),
                  isNumber: true,
                  cell: ({ state }) => state?.deadLetters,
                },
                {
                  id: 'success',
                  title: t('exports.success'),
                  cell: ({ state }) => <Time at={state?.lastSuccessAt} />,
                },
              ]}
            />
            <Pager nextPageToken={nextPageToken} />
          </>
        )}
      </QueryView>
      <How path={`/ext/v1/exports?folderId=${folderId}`} cli={`export list --folder ${folderId}`} />
    </Page>
  );
}

export function targetOf({ target }: Export): string {
  return Object.keys(target)[0] ?? '';
}
