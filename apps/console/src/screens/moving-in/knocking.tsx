import { listRefusedClients } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { useColumns } from '../../ui/list/columns.tsx';
import { List } from '../../ui/list/list.tsx';
import { Time } from '../../ui/text/time.tsx';

const refreshMs = 10_000;

/** Devices that come and were not imported. Of no folder: for who may view every one. */
export function Knocking() {
  const { t, why } = useTexts();
  const { code } = useColumns();
  const query = useQuery({
    queryKey: ['refused clients', 'unknown'],
    queryFn: () => ask(listRefusedClients({ client, query: { filter: 'UNKNOWN', pageSize: 100 } })),
    refetchInterval: refreshMs,
  });
  return (
    <>
      <h2>{t('migration.whoKnocks')}</h2>
      <p className="none">{t('migration.knockNote')}</p>
      <List
        caption={t('migration.whoKnocks')}
        query={query}
        rows="refusedClients"
        rowKey={(one) => [one.claimedId, one.certificateFingerprint, one.address, one.reason].join(' ')}
        empty={<p>{t('migration.nobodyKnocks')}</p>}
        columns={[
          code('claimedId', 'refusals.claimed'),
          code('certificateFingerprint', 'credentials.fingerprint'),
          {
            id: 'reason',
            title: t('refusals.reason'),
            isWide: true,
            cell: ({ reason }) => <span title={reason}>{why(reason).name}</span>,
          },
          code('address', 'common.address'),
          { id: 'count', title: t('refusals.times'), isNumber: true, cell: ({ count }) => count },
          { id: 'last', title: t('refusals.last'), cell: ({ lastTime }) => <Time at={lastTime} /> },
        ]}
        isLive
      />
    </>
  );
}
