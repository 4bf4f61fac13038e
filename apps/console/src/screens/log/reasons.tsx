/** Why clients were refused lately, a row for each reason. */
import { type ReasonSummary, summarizeLogs } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { List } from '../../ui/list/list.tsx';
import type { Column } from '../../ui/list/table.tsx';
import { Time } from '../../ui/text/time.tsx';

const refreshMs = 10_000;

function useReasons(folderId: string, spanMs: number) {
  return useQuery({
    queryKey: ['log summary', folderId, spanMs],
    queryFn: () =>
      ask(summarizeLogs({ client, query: { folderId, since: new Date(Date.now() - spanMs).toISOString() } })),
    refetchInterval: refreshMs,
  });
}

interface Props {
  readonly caption: string;
  readonly folderId: string;
  /** How long before now it begins. */
  readonly spanMs: number;
  /** The reason, and what is said of it. */
  readonly reason: (row: ReasonSummary) => ReactNode;
  readonly more?: readonly Column<ReasonSummary>[];
  readonly isLive?: boolean;
}

export function ReasonList({ caption, folderId, spanMs, reason, more = [], isLive = false }: Props) {
  const { t } = useTexts();
  return (
    <List
      caption={caption}
      query={useReasons(folderId, spanMs)}
      rows="reasons"
      rowKey={(row) => row.reason}
      empty={<p>{t('refusals.none')}</p>}
      columns={[
        { id: 'lines', title: t('refusals.times'), isNumber: true, cell: ({ lines }) => lines },
        { id: 'reason', title: t('refusals.reason'), isWide: true, cell: reason },
        { id: 'who', title: t('refusals.clients'), isNumber: true, cell: ({ resources }) => resources },
        ...more,
        { id: 'last', title: t('refusals.last'), cell: ({ lastTime }) => <Time at={lastTime} /> },
      ]}
      isLive={isLive}
    />
  );
}
