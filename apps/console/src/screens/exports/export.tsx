import { type Export, getExport } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { Facts } from '../../ui/layout/facts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { QueryView } from '../../ui/layout/query-view.tsx';
import { Tabs } from '../../ui/layout/tabs.tsx';
import { CodeBlock, Identifier } from '../../ui/text/copy.tsx';
import { visible } from '../../ui/text/device-text.ts';
import { Time } from '../../ui/text/time.tsx';
import { Attempts } from './attempts.tsx';
import { Condition } from './condition.tsx';
import { DeadLetters } from './dead-letters.tsx';
import { ExportActions } from './export-actions.tsx';
import { LagChart } from './lag-chart.tsx';

const refreshMs = 3000;

export function ExportPage() {
  const { exportId } = useParams({ from: '/exports/$exportId' });
  const query = useQuery({
    queryKey: ['export', exportId],
    queryFn: () => ask(getExport({ client, path: { exportId }, query: { exportView: 'FULL' } })),
    refetchInterval: refreshMs,
  });
  return (
    <QueryView query={query}>
      {(one) => <Shown key={exportId} one={one} readAt={query.dataUpdatedAt} />}
    </QueryView>
  );
}

interface Props {
  readonly one: Export;
  /** In ms since 1970. */
  readonly readAt: number;
}

function Shown({ one, readAt }: Props) {
  const { t } = useTexts();
  const { id, name, state, folderId } = one;
  return (
    <Page
      title={visible(name || id)}
      above={<Link to="/exports">{t('nav.exports')}</Link>}
      status={<Condition state={state} />}
      actions={<ExportActions one={one} />}
    >
      <Tabs
        label={visible(name || id)}
        items={[
          { id: 'state', title: t('tabs.status'), content: () => <State one={one} readAt={readAt} /> },
          {
            id: 'dead',
            title: t('exports.dead'),
            content: () => <DeadLetters exportId={id} folderId={folderId} />,
          },
          {
            id: 'attempts',
            title: t('exports.attempts'),
            content: () => <Attempts exportId={id} folderId={folderId} />,
          },
        ]}
      />
    </Page>
  );
}

function State({ one: { id, folderId, state, source, target }, readAt }: Props) {
  const { t, say } = useTexts();
  return (
    <>
      <Facts
        facts={[
          [t('common.id'), <Identifier key="id" id={id} />],
          ...(state?.message ? [[t('exports.says'), say(state.message)] as const] : []),
          [t('exports.lag'), state?.lagMessages],
          [t('exports.oldest'), <Time key="oldest" at={state?.oldestMessageAt} />],
          [t('exports.success'), <Time key="success" at={state?.lastSuccessAt} />],
          [t('exports.error'), state?.lastError && visible(say(state.lastError))],
          [t('exports.delivered'), state?.delivered],
          [t('exports.dead'), state?.deadLetters],
          [t('exports.discarded'), state?.discarded],
          [t('exports.skipped'), state?.skipped],
          [t('exports.nextAttempt'), <Time key="next" at={state?.nextAttemptAt} />],
        ]}
      />
      <LagChart lag={state?.lagMessages} at={readAt} />
      <h2>{t('exports.setTo')}</h2>
      <CodeBlock text={JSON.stringify({ source, target }, null, 2)} what={t('exports.setTo')} />
      <How path={`/ext/v1/exports/${id}`} cli={`export get ${id} --folder-id ${folderId}`} />
    </>
  );
}
