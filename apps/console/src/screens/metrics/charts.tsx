import { SegmentedRadioGroup } from '@gravity-ui/uikit';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import type { Search } from '../../app/top-bar/search.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { QueryView } from '../../ui/layout/query-view.tsx';
import { type RangeName, rangeNamed } from './range.ts';
import { type Metrics, perSecond, type Scope, useMetrics } from './use-metrics.ts';

const Chart = lazy(async () => ({ default: (await import('./chart.tsx')).Chart }));

interface Props {
  readonly scope: Scope;
  /** Of a node, registry or broker. */
  readonly id?: string;
}

/** What was done lately: connections, messages, refusals. How far back stands in the address. */
export function Charts({ scope, id }: Props) {
  const { t } = useTexts();
  const { range } = useSearch({ from: '__root__' });
  const navigate = useNavigate();
  const chosen = rangeNamed(range);
  const query = useMetrics(scope, id, chosen);
  // Of registries and brokers a day is kept.
  const offered: readonly RangeName[] =
    scope === 'REGISTRY' || scope === 'BROKER' ? ['hour', 'day'] : ['hour', 'day', 'week'];
  return (
    <>
      <div className="section-head">
        <h2>{t('metrics.title')}</h2>
        <SegmentedRadioGroup
          aria-label={t('metrics.range')}
          size="s"
          value={chosen}
          onUpdate={(one) =>
            void navigate({ to: '.', search: (before: Search) => ({ ...before, range: one }), replace: true })
          }
          options={offered.map((one) => ({ value: one, content: t(`metrics.${one}`) }))}
        />
      </div>
      <div className="charts">
        <QueryView query={query}>
          {(metrics) => (
            <Suspense>
              <Drawn metrics={metrics} />
            </Suspense>
          )}
        </QueryView>
      </div>
      <How path={`/ext/v1/metrics?scope=${scope}${id === undefined ? '' : `&id=${id}`}`} />
    </>
  );
}

function Drawn({ metrics }: { metrics: Metrics }) {
  const { t } = useTexts();
  const { times, valuesOf } = metrics;
  const charts = [
    { title: t('metrics.connections'), series: [{ label: '', values: valuesOf('connections') }] },
    {
      title: t('metrics.messages'),
      series: [
        { label: t('metrics.received'), values: perSecond(metrics, 'messagesReceived') },
        { label: t('metrics.sent'), values: perSecond(metrics, 'messagesSent') },
        { label: t('metrics.dropped'), values: perSecond(metrics, 'messagesDropped') },
      ],
    },
    { title: t('metrics.refused'), series: [{ label: '', values: perSecond(metrics, 'refused') }] },
  ];
  return charts.map((chart) => <Chart key={chart.title} times={times} {...chart} />);
}
