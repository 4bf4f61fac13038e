import { lazy, Suspense, useEffect, useState } from 'react';
import { useTexts } from '../../i18n/texts.tsx';

const Chart = lazy(async () => ({ default: (await import('../metrics/chart.tsx')).Chart }));

/** A point each time the state is read: half an hour of them. */
const mostPoints = 600;

interface Props {
  /** Messages, as text. */
  readonly lag: string | undefined;
  /** When that was read. */
  readonly at: number;
}

/** How the lag has changed since the page is open: whether it grows, and how fast it is worked off. */
export function LagChart({ lag, at }: Props) {
  const { t } = useTexts();
  const [points, setPoints] = useState<readonly (readonly [number, number])[]>([]);
  useEffect(() => {
    if (lag === undefined) return;
    setPoints((before) => [...before, [at / 1000, Number(lag)] as const].slice(-mostPoints));
  }, [lag, at]);
  if (points.length < 2) return null;
  return (
    <div className="charts">
      <Suspense>
        <Chart
          title={t('exports.lagChart')}
          times={points.map(([time]) => time)}
          series={[{ label: '', values: points.map(([, value]) => value) }]}
        />
      </Suspense>
    </div>
  );
}
