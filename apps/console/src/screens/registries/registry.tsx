import { Button, DropdownMenu } from '@gravity-ui/uikit';
import {
  deleteRegistry,
  disableRegistry,
  enableRegistry,
  getRegistry,
  listDeviceTopicAliases,
  type Registry,
} from '@iotcore/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Identifier } from '../../ui/copy.tsx';
import { visible } from '../../ui/device-text.ts';
import { Facts } from '../../ui/facts.tsx';
import { Page } from '../../ui/page.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Status } from '../../ui/status.tsx';
import { Table } from '../../ui/table.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Time } from '../../ui/time.tsx';
import { DeviceList } from '../devices/device-list.tsx';
import { Live } from '../live/live.tsx';
import { ConnectCommands } from '../resources/connect-commands.tsx';
import { Credentials } from '../resources/credentials.tsx';
import { Log } from '../resources/log.tsx';
import { Operations } from '../resources/operations.tsx';
import type { Owner } from '../resources/owner.ts';
import { Sessions } from '../resources/sessions.tsx';
import { StoredTopics } from '../stored/stored-topics.tsx';
import { RegistryForm } from './registry-form.tsx';

export function RegistryPage() {
  const { registryId } = useParams({ from: '/registries/$registryId' });
  const query = useQuery({
    queryKey: ['registry', registryId],
    queryFn: () => ask(getRegistry({ client, path: { registryId } })),
  });
  return <QueryView query={query}>{(registry) => <Shown registry={registry} />}</QueryView>;
}

function Shown({ registry }: { registry: Registry }) {
  const { t } = useTexts();
  const { id, folderId, name, status } = registry;
  const owner = { kind: 'registry', id, folderId } as const;
  const isOn = status === 'ACTIVE';
  return (
    <Page
      title={name || id}
      above={
        <Link to="/registries" search={{ folder: folderId }}>
          {t('nav.registries')}
        </Link>
      }
      status={<Status tone={isOn ? 'success' : 'normal'}>{t(isOn ? 'status.on' : 'status.off')}</Status>}
      actions={<Actions registry={registry} />}
    >
      <Tabs
        label={name || id}
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
          [
            t('common.labels'),
            Object.entries(registry.labels ?? {})
              .map(([key, value]) => `${key}=${value}`)
              .join(', ') || undefined,
          ],
          [t('common.created'), <Time key="created" at={registry.createdAt} />],
        ]}
      />
      <Sessions owner={owner} />
      <ConnectCommands owner={owner} />
    </>
  );
}

function Aliases({ registryId }: { registryId: string }) {
  const { t } = useTexts();
  const query = useQuery({
    queryKey: ['aliases', registryId],
    queryFn: () => ask(listDeviceTopicAliases({ client, path: { registryId }, query: { pageSize: 1000 } })),
  });
  return (
    <QueryView query={query}>
      {({ aliases }) => (
        <Table
          caption={t('tabs.aliases')}
          rows={aliases}
          rowKey={({ alias }) => alias}
          empty={<p>{t('aliases.empty')}</p>}
          columns={[
            {
              id: 'alias',
              title: t('aliases.alias'),
              isWide: true,
              cell: ({ alias }) => <code>{visible(alias)}</code>,
            },
            {
              id: 'topic',
              title: t('aliases.prefix'),
              cell: ({ topicPrefix }) => <code>{visible(topicPrefix)}</code>,
            },
            {
              id: 'device',
              title: t('kind.device'),
              cell: ({ deviceId }) => (
                <Link to="/devices/$deviceId" params={{ deviceId }} search={{ tab: 'aliases' }}>
                  {deviceId}
                </Link>
              ),
            },
          ]}
        />
      )}
    </QueryView>
  );
}

function Actions({ registry: { id, name, folderId, status }, registry }: { registry: Registry }) {
  const { t } = useTexts();
  const may = useMay('editor', folderId);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<'edit' | 'switch' | 'delete'>();
  const close = () => setOpen(undefined);
  const isOn = status === 'ACTIVE';
  const title = may ? undefined : t('may.editor');
  return (
    <>
      <Button disabled={!may} title={title} onClick={() => setOpen('edit')}>
        {t('common.edit')}
      </Button>
      <DropdownMenu
        renderSwitcher={(props) => (
          <Button {...props} disabled={!may} title={title}>
            {t('common.actions')}
          </Button>
        )}
        items={[
          { text: t(isOn ? 'common.disable' : 'common.enable'), action: () => setOpen('switch') },
          { text: t('common.delete'), theme: 'danger', action: () => setOpen('delete') },
        ]}
      />
      {open === 'edit' && <RegistryForm registry={registry} onClose={close} />}
      {open === 'switch' && (
        <ConfirmDialog
          title={t(isOn ? 'common.disable' : 'common.enable')}
          apply={t(isOn ? 'common.disable' : 'common.enable')}
          run={async () => {
            const path = { registryId: id };
            await (isOn ? ask(disableRegistry({ client, path })) : ask(enableRegistry({ client, path })));
            await queryClient.invalidateQueries();
          }}
          onClose={close}
        >
          <p>{t(isOn ? 'registries.disableEnds' : 'registries.enableBegins')}</p>
        </ConfirmDialog>
      )}
      {open === 'delete' && (
        <ConfirmDialog
          title={t('common.delete')}
          apply={t('common.delete')}
          typed={name || id}
          run={async () => {
            await ask(deleteRegistry({ client, path: { registryId: id } }));
            await navigate({ to: '/registries' });
            await queryClient.invalidateQueries();
          }}
          onClose={close}
        >
          <p>{t('registries.deleteEnds')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
