import { type Broker, deleteBroker, disableBroker, enableBroker, getBroker } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { Facts } from '../../ui/layout/facts.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { QueryView } from '../../ui/layout/query-view.tsx';
import { OnOff } from '../../ui/layout/status.tsx';
import { Tabs } from '../../ui/layout/tabs.tsx';
import { Identifier } from '../../ui/text/copy.tsx';
import { visible } from '../../ui/text/device-text.ts';
import { Time } from '../../ui/text/time.tsx';
import { Live } from '../live/live.tsx';
import { Charts } from '../metrics/charts.tsx';
import { ConnectCommands } from '../resources/connect/connect-commands.tsx';
import { Credentials } from '../resources/credentials/credentials.tsx';
import { Log } from '../resources/log/log.tsx';
import { Operations } from '../resources/operations.tsx';
import { ResourceActions } from '../resources/resource-actions.tsx';
import { Sessions } from '../resources/sessions.tsx';
import { BrokerForm } from './broker-form.tsx';
import { disabledIn } from './disabled-brokers.ts';

export function BrokerPage() {
  const { brokerId } = useParams({ from: '/brokers/$brokerId' });
  const query = useQuery({
    queryKey: ['broker', brokerId],
    queryFn: async () => {
      const broker = await ask(getBroker({ client, path: { brokerId } }));
      return { broker, isOff: (await disabledIn(broker.folderId)).has(brokerId) };
    },
  });
  return <QueryView query={query}>{(found) => <Shown key={brokerId} {...found} />}</QueryView>;
}

interface Props {
  readonly broker: Broker;
  /** Kept out by an operator. */
  readonly isOff: boolean;
}

function Shown({ broker, isOff }: Props) {
  const { t } = useTexts();
  const { id, folderId, name } = broker;
  const owner = { kind: 'broker', id, folderId } as const;
  const title = visible(name || id);
  const summary = () => (
    <>
      <Facts
        facts={[
          [t('common.id'), <Identifier key="id" id={id} />],
          [t('common.description'), broker.description],
          [t('common.created'), <Time key="created" at={broker.createdAt} />],
        ]}
      />
      <Sessions owner={owner} />
      <ConnectCommands owner={owner} />
      <Charts scope="BROKER" id={id} />
    </>
  );
  return (
    <Page
      title={title}
      above={
        <Link to="/brokers" search={{ folder: folderId }}>
          {t('nav.brokers')}
        </Link>
      }
      status={<OnOff isOn={!isOff} />}
      actions={<Actions broker={broker} isOff={isOff} />}
    >
      <Tabs
        label={title}
        items={[
          { id: 'summary', title: t('tabs.summary'), content: summary },
          { id: 'credentials', title: t('tabs.credentials'), content: () => <Credentials owner={owner} /> },
          { id: 'live', title: t('tabs.live'), content: () => <Live owner={owner} /> },
          { id: 'log', title: t('tabs.log'), content: () => <Log owner={owner} /> },
          { id: 'operations', title: t('tabs.operations'), content: () => <Operations owner={owner} /> },
        ]}
      />
    </Page>
  );
}

function Actions({ broker: { id, name, folderId }, broker, isOff }: Props) {
  const navigate = useNavigate();
  const path = { brokerId: id };
  return (
    <ResourceActions
      name={name || id}
      folderId={folderId}
      isOn={!isOff}
      words={{
        disableEnds: 'brokers.disableEnds',
        enableBegins: 'brokers.enableBegins',
        deleteEnds: 'brokers.deleteEnds',
      }}
      editDialog={(close) => <BrokerForm broker={broker} onClose={close} />}
      enable={() => ask(enableBroker({ client, path }))}
      disable={() => ask(disableBroker({ client, path, body: {} }))}
      remove={async () => {
        await ask(deleteBroker({ client, path }));
        await navigate({ to: '/brokers' });
      }}
    />
  );
}
