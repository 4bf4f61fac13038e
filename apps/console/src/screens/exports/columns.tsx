/** Columns of exports. */
import type { Export } from '@iotcore/sdk';
import { useTexts } from '../../i18n/texts.tsx';
import { useColumns } from '../../ui/list/columns.tsx';
import type { Column } from '../../ui/list/table.tsx';
import { Time } from '../../ui/text/time.tsx';
import { Condition } from './condition.tsx';

export function useExportColumns() {
  const { t } = useTexts();
  const { name, id } = useColumns();
  const columns = {
    target: { id: 'target', title: t('exports.target'), cell: ({ target }) => Object.keys(target)[0] },
    state: { id: 'state', title: t('common.status'), cell: ({ state }) => <Condition state={state} /> },
    lag: { id: 'lag', title: t('exports.lag'), isNumber: true, cell: ({ state }) => state?.lagMessages },
    dead: { id: 'dead', title: t('exports.dead'), isNumber: true, cell: ({ state }) => state?.deadLetters },
    success: {
      id: 'success',
      title: t('exports.success'),
      cell: ({ state }) => <Time at={state?.lastSuccessAt} />,
    },
  } satisfies Record<string, Column<Export>>;
  return { name: name('/exports/'), id, ...columns };
}
