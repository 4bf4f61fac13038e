import { type ReadMetricsData, readMetrics } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';
import { type RangeName, ranges } from './range.ts';

export type Scope = ReadMetricsData['query']['scope'];

/** Points of time, evenly apart, in seconds since 1970; of each figure its value there, null where nothing is known. */
export interface Metrics {
  readonly times: readonly number[];
  readonly step: number;
  readonly valuesOf: (figure: string) => readonly (number | null)[];
}

const refreshMs = 10_000;

/** `id`: of a node, registry or broker. */
export function useMetrics(scope: Scope, id: string | undefined, range: RangeName, isOn = true) {
  return useQuery({
    queryKey: ['metrics', scope, id, range],
    queryFn: () => readEvenly(scope, id, range),
    refetchInterval: refreshMs,
    enabled: isOn,
  });
}

async function readEvenly(scope: Scope, id: string | undefined, range: RangeName): Promise<Metrics> {
  const { seconds, step } = ranges[range];
  const last = Math.floor(Date.now() / 1000 / step) * step;
  const first = last - seconds;
  const query = { scope, id, step, from: timeOf(first), to: timeOf(last + step) };
  const { points } = await ask(readMetrics({ client, query }));
  const figuresAt = new Map(points.map(({ at, figures }) => [Date.parse(at) / 1000, figures]));
  // The last point is not over yet: what was counted in it would look like a fall.
  const times = Array.from({ length: seconds / step }, (_, at) => first + at * step);
  // Registries and brokers have no point where they did nothing.
  const nothing = scope === 'REGISTRY' || scope === 'BROKER' ? 0 : null;
  return {
    times,
    step,
    valuesOf: (figure) => times.map((time) => figuresAt.get(time)?.[figure] ?? nothing),
  };
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

/** What was counted, as so much a second. */
export function perSecond({ valuesOf, step }: Metrics, figure: string): readonly (number | null)[] {
  return valuesOf(figure).map((value) => value && value / step);
}

/** The newest value that is known. */
export function latest(values: readonly (number | null)[]): number | undefined {
  return values.findLast((value) => value !== null) ?? undefined;
}
