import { useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { LinkButton } from '../../ui/layout/link-button.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { Status } from '../../ui/layout/status.tsx';
import { List } from '../../ui/list/list.tsx';
import { useOpenRow } from '../../ui/list/use-open-row.ts';
import { CopyButton } from '../../ui/text/copy.tsx';
import { Time } from '../../ui/text/time.tsx';
import { Charts } from '../metrics/charts.tsx';
import { Figures } from './figures.tsx';
import { useNodes } from './use-nodes.ts';

/** Of an ID, so that the figures have room. */
const shownCharacters = 8;

/** The processes of the installation, and how they are. */
export function Nodes() {
  const { t } = useTexts();
  const may = useMay('viewer', '*');
  const [open, choose] = useOpenRow();
  const query = useNodes(may);
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
                <span className="identifier">
                  <LinkButton isOpen={open === id} label={id} onClick={() => choose(id)}>
                    <code>{id.slice(0, shownCharacters)}</code>
                  </LinkButton>
                  <CopyButton text={id} what={id} />
                </span>
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
