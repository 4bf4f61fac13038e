/** Why clients were refused lately, a row for each reason: what the lists of them have in common. */
import { type ReasonSummary, summarizeLogs } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import type { Column } from '../../ui/list/table.tsx';
import { Time } from '../../ui/text/time.tsx';

const refreshMs = 10_000;

/** `spanMs`: how long before now it begins. */
export function useReasons(folderId: string, spanMs: number) {
  return useQuery({
    queryKey: ['log summary', folderId, spanMs],
    queryFn: () =>
      ask(summarizeLogs({ client, query: { folderId, since: new Date(Date.now() - spanMs).toISOString() } })),
    refetchInterval: refreshMs,
  });
}

export function useReasonColumns() {
  const { t } = useTexts();
  return {
    lines: { id: 'lines', title: t('refusals.times'), isNumber: true, cell: ({ lines }) => lines },
    who: { id: 'who', title: t('refusals.clients'), isNumber: true, cell: ({ resources }) => resources },
    last: { id: 'last', title: t('refusals.last'), cell: ({ lastTime }) => <Time at={lastTime} /> },
  } satisfies Record<string, Column<ReasonSummary>>;
}
