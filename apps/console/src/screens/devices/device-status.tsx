import { type Device, listRefusedClients, type RefusedClient } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { toText } from '../../ui/forms/labels.ts';
import { Facts } from '../../ui/layout/facts.tsx';
import { QueryView } from '../../ui/layout/query-view.tsx';
import { Identifier } from '../../ui/text/copy.tsx';
import { Time } from '../../ui/text/time.tsx';
import { Why } from '../log/why.tsx';
import { ConnectCommands } from '../resources/connect/connect-commands.tsx';
import type { Owner } from '../resources/owner.ts';
import { Sessions } from '../resources/sessions.tsx';

const refreshMs = 3000;

/** Is it there, and if not, why was it refused last? */
export function DeviceStatus({ device, owner }: { device: Device; owner: Owner }) {
  const { t } = useTexts();
  const { monitoringData: seen = {} } = device;
  const refused = useQuery({
    queryKey: ['refused', device.id],
    queryFn: () =>
      ask(
        listRefusedClients({
          client,
          query: { folderId: owner.folderId, claimedId: device.id, pageSize: 5 },
        }),
      ),
    refetchInterval: refreshMs,
  });
  return (
    <>
      <Facts
        facts={[
          [t('common.id'), <Identifier key="id" id={device.id} />],
          [t('common.description'), device.description],
          [t('common.labels'), toText(device.labels)],
          [t('devices.lastLogin'), <Time key="login" at={seen.lastAuthTime} />],
          [t('devices.lastAddress'), seen.lastAuthIp],
          [t('devices.lastPublish'), <Time key="publish" at={seen.lastPubActivityTime} />],
          [t('devices.lastSubscribe'), <Time key="subscribe" at={seen.lastSubActivityTime} />],
        ]}
      />
      <h2>{t('why.title')}</h2>
      <QueryView query={refused}>{({ refusedClients }) => <Last refusals={refusedClients} />}</QueryView>
      <Sessions owner={owner} />
      <ConnectCommands owner={owner} />
    </>
  );
}

function Last({ refusals }: { refusals: readonly RefusedClient[] }) {
  const { t } = useTexts();
  const [last] = refusals;
  if (!last) return <p className="none">{t('why.never')}</p>;
  return <Why refusal={last} />;
}
