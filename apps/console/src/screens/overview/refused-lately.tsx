import { summarizeLogs } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { List } from '../../ui/list/list.tsx';
import { Time } from '../../ui/text/time.tsx';
import { adviceFor } from '../log/advice.ts';

const hourMs = 3_600_000;
const refreshMs = 10_000;

/** Why clients were refused within the hour. */
export function RefusedLately({ folderId }: { folderId: string }) {
  const { t } = useTexts();
  const query = useQuery({
    queryKey: ['log summary', folderId, 'hour'],
    queryFn: () =>
      ask(summarizeLogs({ client, query: { folderId, since: new Date(Date.now() - hourMs).toISOString() } })),
    refetchInterval: refreshMs,
  });
  return (
    <List
      caption={t('overview.refused')}
      query={query}
      rows="reasons"
      rowKey={({ reason }) => reason}
      empty={<p>{t('refusals.none')}</p>}
      columns={[
        { id: 'lines', title: t('refusals.times'), isNumber: true, cell: ({ lines }) => lines },
        {
          id: 'reason',
          title: t('refusals.reason'),
          isWide: true,
          cell: ({ reason }) => (
            <>
              <Link to="/log">{reason}</Link>
              <small className="rule">{t(adviceFor(reason))}</small>
            </>
          ),
        },
        { id: 'who', title: t('refusals.clients'), isNumber: true, cell: ({ resources }) => resources },
        { id: 'last', title: t('refusals.last'), cell: ({ lastTime }) => <Time at={lastTime} /> },
      ]}
    />
  );
}
