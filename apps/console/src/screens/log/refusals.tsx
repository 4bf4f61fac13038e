import { listRefusedClients } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useFolder } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { List } from '../../ui/list/list.tsx';
import { visible } from '../../ui/text/device-text.ts';
import { Time } from '../../ui/text/time.tsx';
import { WhoHears } from '../resources/connect/who-hears.tsx';
import { adviceFor } from './advice.ts';
import { ReasonList } from './reasons.tsx';

const dayMs = 86_400_000;
const refreshMs = 10_000;

/** Who was refused, and why: by reason, then by client. */
export function Refusals() {
  const { t } = useTexts();
  const folderId = useFolder();
  return (
    <Page title={t('nav.log')}>
      <h2>{t('refusals.byReason')}</h2>
      <ByReason folderId={folderId} />
      <h2>{t('refusals.byClient')}</h2>
      <ByClient folderId={folderId} />
      <How
        path={`/ext/v1/refusedClients?folderId=${folderId}`}
        cli={`refused list --folder-id ${folderId}`}
      />
    </Page>
  );
}

function ByReason({ folderId }: { folderId: string }) {
  const { t, why } = useTexts();
  return (
    <ReasonList
      caption={t('refusals.byReason')}
      folderId={folderId}
      spanMs={dayMs}
      reason={({ reason, rule }) => (
        <>
          <Link to="/log" search={{ folder: folderId, reason }} resetScroll={false}>
            <b title={reason}>{why(reason).name}</b>
          </Link>
          {rule && <small className="rule">{why(reason, rule).rule}</small>}
          <small className="rule">{t(adviceFor(reason))}</small>
          {adviceFor(reason) === 'advice.topic' && <WhoHears />}
        </>
      )}
      more={[
        {
          id: 'top',
          title: t('refusals.mostOf'),
          cell: ({ top }) => top.slice(0, 3).map((one) => <ResourceLink key={one.id} {...one} />),
        },
      ]}
      isLive
    />
  );
}

function ByClient({ folderId }: { folderId: string }) {
  const { t, why } = useTexts();
  const { page, reason } = useSearch({ from: '__root__' });
  const query = useQuery({
    queryKey: ['refused clients', folderId, page, reason],
    queryFn: () =>
      ask(listRefusedClients({ client, query: { folderId, reason, pageSize: 50, pageToken: page } })),
    refetchInterval: page === undefined ? refreshMs : false,
  });
  return (
    <>
      {reason !== undefined && (
        <p>
          {t('refusals.reason')}: <b title={reason}>{why(reason).name}</b>{' '}
          <Link to="/log" search={{ folder: folderId }} resetScroll={false}>
            {t('refusals.allReasons')}
          </Link>
        </p>
      )}
      <List
        caption={t('refusals.byClient')}
        query={query}
        rows="refusedClients"
        rowKey={(one) =>
          [one.claimedId, one.address, one.reason, one.clientId, one.certificateFingerprint].join(' ')
        }
        empty={<p>{t('refusals.none')}</p>}
        columns={[
          {
            id: 'who',
            title: t('refusals.claimed'),
            cell: ({ claimedId, resourceKind }) =>
              claimedId &&
              (resourceKind ? (
                <ResourceLink kind={resourceKind} id={claimedId} />
              ) : (
                <code>{visible(claimedId)}</code>
              )),
          },
          {
            id: 'reason',
            title: t('refusals.reason'),
            isWide: true,
            cell: ({ reason }) => <span title={reason}>{why(reason).name}</span>,
          },
          { id: 'address', title: t('common.address'), cell: ({ address }) => <code>{address}</code> },
          {
            id: 'client',
            title: t('sessions.clientId'),
            isWide: true,
            cell: ({ clientId = '' }) => <code>{visible(clientId)}</code>,
          },
          { id: 'count', title: t('refusals.times'), isNumber: true, cell: ({ count }) => count },
          { id: 'last', title: t('refusals.last'), cell: ({ lastTime }) => <Time at={lastTime} /> },
        ]}
        isPaged
        isLive
      />
    </>
  );
}

function ResourceLink({ kind, id }: { kind: 'REGISTRY' | 'DEVICE' | 'BROKER'; id: string }) {
  const to = { REGISTRY: '/registries/', DEVICE: '/devices/', BROKER: '/brokers/' }[kind];
  return (
    <Link to={`${to}${id}` as '/'} className="resource-link">
      <code>{id}</code>
    </Link>
  );
}
