import { Button } from '@gravity-ui/uikit';
import { createServiceAccount, listServiceAccounts } from '@iotcore/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useFolder, useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { Identifier } from '../../ui/copy.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { How } from '../../ui/how.tsx';
import { Page } from '../../ui/page.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Table } from '../../ui/table.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Time } from '../../ui/time.tsx';
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
  const folderId = useFolder();
  const may = useMay('admin');
  const queryClient = useQueryClient();
  const [isCreating, setIsCreating] = useState(false);
  const query = useQuery({
    queryKey: ['accounts', folderId],
    queryFn: () => ask(listServiceAccounts({ client, query: { folderId, pageSize: 1000 } })),
    enabled: may,
  });
  if (!may) return <p>{t('may.admin')}</p>;
  return (
    <>
      <div className="filters">
        <Button view="action" onClick={() => setIsCreating(true)}>
          {t('access.createAccount')}
        </Button>
      </div>
      <QueryView query={query}>
        {({ serviceAccounts }) => (
          <Table
            caption={t('access.accounts')}
            rows={serviceAccounts}
            rowKey={({ id }) => id}
            empty={<p>{t('access.noAccounts')}</p>}
            columns={[
              {
                id: 'name',
                title: t('common.name'),
                isWide: true,
                cell: ({ id, name }) => (
                  <Link to="/access/$serviceAccountId" params={{ serviceAccountId: id }}>
                    {name}
                  </Link>
                ),
              },
              { id: 'id', title: t('common.id'), cell: ({ id }) => <Identifier id={id} /> },
              { id: 'created', title: t('common.created'), cell: ({ createdAt }) => <Time at={createdAt} /> },
            ]}
          />
        )}
      </QueryView>
      <How
        path={`/ext/v1/serviceAccounts?folderId=${folderId}`}
        cli={`service-account list --folder ${folderId}`}
      />
      {isCreating && (
        <FormDialog
          title={t('access.createAccount')}
          apply={t('common.create')}
          fields={[
            { name: 'name', label: t('common.name') },
            { name: 'description', label: t('common.description') },
          ]}
          run={async ({ name = '', description }) => {
            await ask(createServiceAccount({ client, body: { folderId, name, description } }));
            await queryClient.invalidateQueries({ queryKey: ['accounts'] });
          }}
          onClose={() => setIsCreating(false)}
        />
      )}
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
