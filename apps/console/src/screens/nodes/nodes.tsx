import { listNodes } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';
import { useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { Identifier } from '../../ui/copy.tsx';
import { How } from '../../ui/how.tsx';
import { Page } from '../../ui/page.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Status } from '../../ui/status.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';

const refreshMs = 5000;

/** The processes of the installation, and how they are. */
export function Nodes() {
  const { t } = useTexts();
  const may = useMay('admin', '*');
  const query = useQuery({
    queryKey: ['nodes'],
    queryFn: () => ask(listNodes({ client })),
    refetchInterval: refreshMs,
    enabled: may,
  });
  return (
    <Page title={t('nav.nodes')}>
      {!may && <p>{t('may.everyFolder')}</p>}
      {may && (
        <QueryView query={query}>
          {({ nodes }) => (
            <Table
              caption={t('nav.nodes')}
              rows={nodes}
              rowKey={({ id }) => id}
              empty={<p>{t('common.none')}</p>}
              columns={[
                { id: 'kind', title: t('nodes.kind'), cell: ({ kind }) => kind },
                { id: 'id', title: t('common.id'), cell: ({ id }) => <Identifier id={id} /> },
                {
                  id: 'ready',
                  title: t('common.status'),
                  cell: ({ ready }) => (
                    <Status tone={ready ? 'success' : 'danger'}>
                      {t(ready ? 'nodes.ready' : 'nodes.notReady')}
                    </Status>
                  ),
                },
                { id: 'version', title: t('nodes.version'), cell: ({ version }) => version },
                { id: 'since', title: t('sessions.since'), cell: ({ startedAt }) => <Time at={startedAt} /> },
                {
                  id: 'figures',
                  title: t('nodes.figures'),
                  isWide: true,
                  cell: ({ figures }) => (
                    <small>
                      {Object.entries(figures)
                        .map(([name, value]) => `${name} ${value.toLocaleString()}`)
                        .join(' · ')}
                    </small>
                  ),
                },
              ]}
            />
          )}
        </QueryView>
      )}
      <How path="/ext/v1/nodes" cli="node list" />
    </Page>
  );
}
