import type { Verdict } from '@iotcore/testkit/faults';

/** What came of a scenario. */
export interface Outcome {
  readonly id: string;
  readonly title: string;
  readonly result: 'kept' | 'broken' | 'caught' | 'not caught' | 'not run';
  /** Undefined: it was not run, or failed before there was anything to judge. */
  readonly verdict: Verdict | undefined;
  readonly notes: readonly string[];
  readonly seconds: number;
}

export function isGood({ result }: Outcome): boolean {
  return result === 'kept' || result === 'caught';
}

/** JSON has no Infinity. */
export function toJson(seed: string, outcomes: readonly Outcome[]): string {
  const plain = (_key: string, value: unknown) => (value === Number.POSITIVE_INFINITY ? 'never' : value);
  return `${JSON.stringify({ seed, outcomes }, plain, 2)}\n`;
}

export function toMarkdown(outcomes: readonly Outcome[]): string {
  const head = [
    '| # | fault | result | lost | foreign | wrong | reordered | duplicated | died with connection | recovery, s | figures |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
  ];
  return [...head, ...outcomes.map(row), ''].join('\n');
}

function row({ id, title, result, verdict, notes }: Outcome): string {
  const counts = verdict
    ? [
        verdict.lost,
        verdict.foreign,
        verdict.wrong,
        verdict.reordered,
        verdict.duplicated,
        verdict.diedWithConnection,
        recovery(verdict),
      ]
    : Array.from({ length: 7 }, () => '–');
  const cells = [id, title, result, ...counts, notes.join('; ')];
  return `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
}

function recovery({ recoverySeconds }: Verdict): string {
  if (recoverySeconds === undefined) return '–';
  return recoverySeconds === Number.POSITIVE_INFINITY ? 'never' : recoverySeconds.toFixed(1);
}
