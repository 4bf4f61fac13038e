import { useTexts } from '../../i18n/texts.tsx';
import { Status, type Tone } from '../../ui/layout/status.tsx';
import { Table } from '../../ui/list/table.tsx';
import { visible } from '../../ui/text/device-text.ts';
import type { FileContent } from './read-devices.ts';
import type { RowResult } from './send.ts';

interface Props {
  readonly results: readonly RowResult[];
  readonly unread: FileContent['unread'];
  readonly isDryRun: boolean;
}

/** So many rows are shown: with more to correct, run it again. */
const maxShown = 1000;
const shownCharacters = 200;
const outcomes = ['CREATED', 'UPDATED', 'UNCHANGED', 'CONFLICT', 'REFUSED'] as const;
const tones: Readonly<Record<RowResult['outcome'], Tone>> = {
  ...{ CREATED: 'success', UPDATED: 'success', UNCHANGED: 'normal' },
  ...{ CONFLICT: 'warning', REFUSED: 'danger' },
};

/** What became of each line, or would: what is wrong first. */
export function Results({ results, unread, isDryRun }: Props) {
  const { t, say, language } = useTexts();
  const lines: RowResult[] = unread.map(({ line, text }) => ({
    ...{ line, id: text.slice(0, shownCharacters), kind: 'DEVICE', outcome: 'REFUSED' },
    reason: t('import.noJson'),
  }));
  const all = [...lines, ...results];
  const weight = ({ outcome }: RowResult) => outcomes.indexOf(outcome);
  const shown = all.toSorted((one, other) => weight(other) - weight(one)).slice(0, maxShown);
  return (
    <>
      <h2>{t(isDryRun ? 'import.would' : 'import.did')}</h2>
      <dl className="tiles" aria-live="polite">
        {outcomes.map((outcome) => (
          <div key={outcome}>
            <dt>{t(`importOutcome.${outcome}`)}</dt>
            <dd>{all.filter((one) => one.outcome === outcome).length.toLocaleString(language)}</dd>
          </div>
        ))}
      </dl>
      <Table
        caption={t('import.would')}
        rows={shown}
        rowKey={({ line, kind, id }) => `${line} ${kind} ${id} ${shown.length}`}
        empty={<p>{t('import.empty')}</p>}
        columns={[
          { id: 'line', title: t('import.line'), isNumber: true, cell: ({ line }) => line },
          {
            id: 'kind',
            title: t('import.what'),
            cell: ({ kind }) => t(kind === 'DEVICE' ? 'kind.device' : 'import.certificate'),
          },
          { id: 'id', title: t('common.id'), cell: ({ id }) => <code>{visible(id)}</code> },
          {
            id: 'outcome',
            title: t('common.status'),
            cell: ({ outcome }) => <Status tone={tones[outcome]}>{t(`importOutcome.${outcome}`)}</Status>,
          },
          {
            id: 'reason',
            title: t('refusals.reason'),
            isWide: true,
            cell: ({ reason = '' }) => visible(say(reason)),
          },
        ]}
      />
    </>
  );
}
