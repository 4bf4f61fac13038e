import { listFolderCounts, listRegistries } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useFolder, useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { Charts } from '../metrics/charts.tsx';
import { latest, perSecond, useMetrics } from '../metrics/use-metrics.ts';
import { useNodes } from '../nodes/use-nodes.ts';
import { EndingCertificates } from './ending-certificates.tsx';
import { RefusedLately } from './refused-lately.tsx';
import { TroubledExports } from './troubled-exports.tsx';

const refreshMs = 10_000;

/** What a folder holds, and what wants to be looked at; to who may view everything, how the installation is. */
export function Overview() {
  const { t } = useTexts();
  const folderId = useFolder();
  const seesAll = useMay('viewer', '*');
  return (
    <Page title={t('nav.overview')}>
      <FirstSteps folderId={folderId} />
      <dl className="tiles">
        {seesAll && <Now />}
        <Counts folderId={folderId} />
      </dl>
      <h2>{t('overview.refused')}</h2>
      <RefusedLately folderId={folderId} />
      <h2>{t('overview.exports')}</h2>
      <TroubledExports folderId={folderId} />
      <h2>{t('overview.certificates')}</h2>
      <EndingCertificates folderId={folderId} />
      {seesAll && <Charts scope="INSTALLATION" />}
      <How path={`/ext/v1/logs:summary?folderId=${folderId}`} cli={`refused list --folder-id ${folderId}`} />
    </Page>
  );
}

function FirstSteps({ folderId }: { folderId: string }) {
  const { t } = useTexts();
  const { data } = useQuery({
    queryKey: ['registries', folderId, 'first'],
    queryFn: () => ask(listRegistries({ client, query: { folderId, pageSize: 2 } })),
  });
  if (!data?.registries.every(({ name }) => name === 'sample-registry')) return null;
  return (
    <p className="empty">
      {t('overview.new')} <Link to="/start">{t('nav.start')}</Link>
    </p>
  );
}

function Counts({ folderId }: { folderId: string }) {
  const { t } = useTexts();
  const { data } = useQuery({
    queryKey: ['folder counts', folderId],
    queryFn: async () => {
      const { folders } = await ask(listFolderCounts({ client, query: { pageSize: 1000 } }));
      return folders.find(({ id }) => id === folderId) ?? { registries: 0, devices: 0, brokers: 0 };
    },
    refetchInterval: refreshMs,
  });
  return (['registries', 'devices', 'brokers'] as const).map((what) => (
    <Tile key={what} name={t(`nav.${what}`)} value={data?.[what]} />
  ));
}

/** Of the whole installation. */
function Now() {
  const { t } = useTexts();
  const { data: metrics } = useMetrics('INSTALLATION', undefined, 'hour');
  const nodes = useNodes();
  const unready = nodes.data?.nodes.filter(({ ready }) => !ready).length;
  return (
    <>
      <Tile
        name={t('overview.connected')}
        value={metrics && (latest(metrics.valuesOf('connections')) ?? 0)}
      />
      <Tile
        name={t('overview.received')}
        value={metrics && (latest(perSecond(metrics, 'messagesReceived')) ?? 0)}
      />
      <Tile name={t('overview.sent')} value={metrics && (latest(perSecond(metrics, 'messagesSent')) ?? 0)} />
      <Tile name={t('overview.unready')} value={unready} />
    </>
  );
}

function Tile({ name, value }: { name: string; value: number | undefined }) {
  const { language } = useTexts();
  const shown = value && new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(value);
  return (
    <div>
      <dt>{name}</dt>
      <dd>{shown ?? ' '}</dd>
    </div>
  );
}
