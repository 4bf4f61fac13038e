import { listExports, listFolderCounts, listRegistries, summarizeLogs } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useFolder } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/how.tsx';
import { Page } from '../../ui/page.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { Condition } from '../exports/condition.tsx';
import { adviceFor } from '../log/advice.ts';

const hourMs = 3_600_000;
const refreshMs = 10_000;

/** What a folder holds, and what wants to be looked at. */
export function Overview() {
  const { t } = useTexts();
  const folderId = useFolder();
  return (
    <Page title={t('nav.overview')}>
      <Counts folderId={folderId} />
      <h2>{t('overview.refused')}</h2>
      <RefusedLately folderId={folderId} />
      <h2>{t('overview.exports')}</h2>
      <TroubledExports folderId={folderId} />
      <How path={`/ext/v1/logs:summary?folderId=${folderId}`} cli={`refused list --folder ${folderId}`} />
    </Page>
  );
}

function Counts({ folderId }: { folderId: string }) {
  const { t } = useTexts();
  const counts = useQuery({
    queryKey: ['folder counts', folderId],
    queryFn: async () => {
      const { folders } = await ask(listFolderCounts({ client, query: { pageSize: 1000 } }));
      return folders.find(({ id }) => id === folderId) ?? { registries: 0, devices: 0, brokers: 0 };
    },
    refetchInterval: refreshMs,
  });
  const registries = useQuery({
    queryKey: ['registries', folderId, 'first'],
    queryFn: () => ask(listRegistries({ client, query: { folderId, pageSize: 2 } })),
  });
  const isNew = registries.data?.registries.every(({ name }) => name === 'sample-registry');
  return (
    <>
      {isNew && (
        <p className="empty">
          {t('overview.new')} <Link to="/start">{t('nav.start')}</Link>
        </p>
      )}
      <QueryView query={counts}>
        {(found) => (
          <dl className="tiles">
            {(['registries', 'devices', 'brokers'] as const).map((what) => (
              <div key={what}>
                <dt>{t(`nav.${what}`)}</dt>
                <dd>{found[what].toLocaleString()}</dd>
              </div>
            ))}
          </dl>
        )}
      </QueryView>
    </>
  );
}

function RefusedLately({ folderId }: { folderId: string }) {
  const { t } = useTexts();
  const query = useQuery({
    queryKey: ['log summary', folderId, 'hour'],
    queryFn: () =>
      ask(summarizeLogs({ client, query: { folderId, since: new Date(Date.now() - hourMs).toISOString() } })),
    refetchInterval: refreshMs,
  });
  return (
    <QueryView query={query}>
      {({ reasons }) => (
        <Table
          caption={t('overview.refused')}
          rows={reasons}
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
      )}
    </QueryView>
  );
}

function TroubledExports({ folderId }: { folderId: string }) {
  const { t } = useTexts();
  const query = useQuery({
    queryKey: ['exports', folderId, 'troubled'],
    queryFn: async () => {
      const { exports } = await ask(listExports({ client, query: { folderId } }));
      return exports.filter(({ state }) =>
        ['RETRYING', 'MISCONFIGURED', 'FULL'].includes(state?.state ?? ''),
      );
    },
    refetchInterval: refreshMs,
  });
  return (
    <QueryView query={query}>
      {(troubled) => (
        <Table
          caption={t('overview.exports')}
          rows={troubled}
          rowKey={({ id }) => id}
          empty={<p>{t('overview.noTrouble')}</p>}
          columns={[
            {
              id: 'name',
              title: t('common.name'),
              isWide: true,
              cell: ({ id, name }) => (
                <Link to="/exports/$exportId" params={{ exportId: id }}>
                  {name || id}
                </Link>
              ),
            },
            { id: 'state', title: t('common.status'), cell: ({ state }) => <Condition state={state} /> },
            { id: 'lag', title: t('exports.lag'), isNumber: true, cell: ({ state }) => state?.lagMessages },
          ]}
        />
      )}
    </QueryView>
  );
}
