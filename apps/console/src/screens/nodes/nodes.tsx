import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMay } from '../../app/folder.ts';
import type { Search } from '../../app/top-bar/search.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { LinkButton } from '../../ui/layout/link-button.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { Status } from '../../ui/layout/status.tsx';
import { List } from '../../ui/list/list.tsx';
import { Time } from '../../ui/text/time.tsx';
import { Charts } from '../metrics/charts.tsx';
import { Figures } from './figures.tsx';
import { useNodes } from './use-nodes.ts';

/** The processes of the installation, and how they are. */
export function Nodes() {
  const { t } = useTexts();
  const may = useMay('viewer', '*');
  const { open } = useSearch({ from: '__root__' });
  const navigate = useNavigate();
  const query = useNodes(may);
  const choose = (id: string) =>
    void navigate({ to: '.', search: (before: Search) => ({ ...before, open: id }) });
  return (
    <Page title={t('nav.nodes')}>
      {!may && <p>{t('may.everyFolder')}</p>}
      {may && (
        <List
          caption={t('nav.nodes')}
          query={query}
          rows="nodes"
          rowKey={({ id }) => id}
          empty={<p>{t('common.none')}</p>}
          columns={[
            { id: 'kind', title: t('nodes.kind'), cell: ({ kind }) => kind },
            {
              id: 'id',
              title: t('common.id'),
              cell: ({ id }) => (
                <LinkButton isOpen={open === id} onClick={() => choose(id)}>
                  <code>{id}</code>
                </LinkButton>
              ),
            },
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
              cell: ({ figures }) => <Figures figures={figures} />,
            },
          ]}
        />
      )}
      {may && open && <Charts key={open} scope="NODE" id={open} />}
      <How path="/ext/v1/nodes" cli="status" />
    </Page>
  );
}
