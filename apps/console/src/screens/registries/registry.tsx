import { deleteRegistry, disableRegistry, enableRegistry, getRegistry, type Registry } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { toText } from '../../ui/forms/labels.ts';
import { Facts } from '../../ui/layout/facts.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { QueryView } from '../../ui/layout/query-view.tsx';
import { OnOff } from '../../ui/layout/status.tsx';
import { Tabs } from '../../ui/layout/tabs.tsx';
import { Identifier } from '../../ui/text/copy.tsx';
import { visible } from '../../ui/text/device-text.ts';
import { Time } from '../../ui/text/time.tsx';
import { DeviceList } from '../devices/device-list.tsx';
import { Live } from '../live/live.tsx';
import { Charts } from '../metrics/charts.tsx';
import { ConnectCommands } from '../resources/connect/connect-commands.tsx';
import { Credentials } from '../resources/credentials/credentials.tsx';
import { Log } from '../resources/log/log.tsx';
import { Operations } from '../resources/operations.tsx';
import type { Owner } from '../resources/owner.ts';
import { ResourceActions } from '../resources/resource-actions.tsx';
import { Sessions } from '../resources/sessions.tsx';
import { StoredTopics } from '../stored/stored-topics.tsx';
import { Aliases } from './aliases.tsx';
import { PasswordAdoption } from './password-adoption.tsx';
import { RegistryExports } from './registry-exports.tsx';
import { RegistryForm } from './registry-form.tsx';

export function RegistryPage() {
  const { registryId } = useParams({ from: '/registries/$registryId' });
  const query = useQuery({
    queryKey: ['registry', registryId],
    queryFn: () => ask(getRegistry({ client, path: { registryId } })),
  });
  return <QueryView query={query}>{(registry) => <Shown key={registryId} registry={registry} />}</QueryView>;
}

function Shown({ registry }: { registry: Registry }) {
  const { t } = useTexts();
  const { id, folderId, name, status } = registry;
  const owner = { kind: 'registry', id, folderId } as const;
  const title = visible(name || id);
  return (
    <Page
      title={title}
      above={
        <Link to="/registries" search={{ folder: folderId }}>
          {t('nav.registries')}
        </Link>
      }
      status={<OnOff isOn={status !== 'DISABLED'} />}
      actions={<Actions registry={registry} />}
    >
      <Tabs
        label={title}
        items={[
          {
            id: 'devices',
            title: t('nav.devices'),
            content: () => <DeviceList registryId={id} folderId={folderId} />,
          },
          {
            id: 'summary',
            title: t('tabs.summary'),
            content: () => <Summary registry={registry} owner={owner} />,
          },
          { id: 'credentials', title: t('tabs.credentials'), content: () => <Credentials owner={owner} /> },
          { id: 'live', title: t('tabs.live'), content: () => <Live owner={owner} /> },
          { id: 'log', title: t('tabs.log'), content: () => <Log owner={owner} /> },
          { id: 'stored', title: t('tabs.stored'), content: () => <StoredTopics owner={owner} /> },
          { id: 'aliases', title: t('tabs.aliases'), content: () => <Aliases registryId={id} /> },
          { id: 'exports', title: t('nav.exports'), content: () => <RegistryExports owner={owner} /> },
          {
            id: 'adoption',
            title: t('tabs.adoption'),
            content: () => <PasswordAdoption registryId={id} />,
          },
          { id: 'operations', title: t('tabs.operations'), content: () => <Operations owner={owner} /> },
        ]}
      />
    </Page>
  );
}

function Summary({ registry, owner }: { registry: Registry; owner: Owner }) {
  const { t } = useTexts();
  return (
    <>
      <Facts
        facts={[
          [t('common.id'), <Identifier key="id" id={registry.id} />],
          [t('common.description'), registry.description],
          [t('common.labels'), toText(registry.labels)],
          [t('common.created'), <Time key="created" at={registry.createdAt} />],
        ]}
      />
      <Sessions owner={owner} />
      <ConnectCommands owner={owner} />
      <Charts scope="REGISTRY" id={registry.id} />
    </>
  );
}

function Actions({ registry }: { registry: Registry }) {
  const navigate = useNavigate();
  const { id, name, folderId, status } = registry;
  const path = { registryId: id };
  return (
    <ResourceActions
      name={name || id}
      folderId={folderId}
      isOn={status !== 'DISABLED'}
      words={{
        disableEnds: 'registries.disableEnds',
        enableBegins: 'registries.enableBegins',
        deleteEnds: 'registries.deleteEnds',
      }}
      editDialog={(close) => <RegistryForm registry={registry} onClose={close} />}
      enable={() => ask(enableRegistry({ client, path }))}
      disable={() => ask(disableRegistry({ client, path }))}
      remove={async () => {
        await ask(deleteRegistry({ client, path }));
        await navigate({ to: '/registries' });
      }}
    />
  );
}
