import { createServiceAccount, listServiceAccounts } from '@iotcore/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';
import { useFolder, useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { FormDialog } from '../../ui/forms/form-dialog.tsx';
import { How } from '../../ui/layout/how.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { Tabs } from '../../ui/layout/tabs.tsx';
import { useColumns } from '../../ui/list/columns.tsx';
import { List } from '../../ui/list/list.tsx';
import { CreateButton } from '../resources/create-button.tsx';
import { BrowserSessions } from './browser-sessions.tsx';

export function Access() {
  const { t } = useTexts();
  return (
    <Page title={t('nav.access')}>
      <Tabs
        label={t('nav.access')}
        items={[
          { id: 'accounts', title: t('access.accounts'), content: () => <Accounts /> },
          { id: 'sessions', title: t('access.sessions'), content: () => <BrowserSessions /> },
          { id: 'roles', title: t('access.roles'), content: () => <Roles /> },
        ]}
      />
    </Page>
  );
}

function Accounts() {
  const { t } = useTexts();
  const { name, id, created } = useColumns();
  const folderId = useFolder();
  const may = useMay('admin');
  const queryClient = useQueryClient();
  const query = useQuery({
    queryKey: ['accounts', folderId],
    queryFn: () => ask(listServiceAccounts({ client, query: { folderId, pageSize: 1000 } })),
    enabled: may,
  });
  if (!may) return <p>{t('may.admin')}</p>;
  return (
    <>
      <div className="filters">
        <CreateButton
          title={t('access.createAccount')}
          needs="admin"
          dialog={(close) => (
            <FormDialog
              title={t('access.createAccount')}
              apply={t('common.create')}
              fields={[
                { name: 'name', label: t('common.name') },
                { name: 'description', label: t('common.description') },
              ]}
              run={async ({ name: called = '', description }) => {
                await ask(createServiceAccount({ client, body: { folderId, name: called, description } }));
                await queryClient.invalidateQueries({ queryKey: ['accounts'] });
              }}
              onClose={close}
            />
          )}
        />
      </div>
      <List
        caption={t('access.accounts')}
        query={query}
        rows="serviceAccounts"
        rowKey={(one) => one.id}
        empty={<p>{t('access.noAccounts')}</p>}
        columns={[name('/access/'), id, created]}
      />
      <How
        path={`/ext/v1/serviceAccounts?folderId=${folderId}`}
        cli={`service-account list --folder-id ${folderId}`}
      />
    </>
  );
}

function Roles() {
  const { t } = useTexts();
  return (
    <dl className="facts">
      {(['viewer', 'editor', 'admin'] as const).map((role) => (
        <div key={role}>
          <dt>
            <code>{role}</code>
          </dt>
          <dd>{t(`roles.${role}`)}</dd>
        </div>
      ))}
    </dl>
  );
}
