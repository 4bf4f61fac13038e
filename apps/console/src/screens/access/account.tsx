import { Button } from '@gravity-ui/uikit';
import { deleteServiceAccount, getServiceAccount, type ServiceAccount } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { DeleteDialog } from '../../ui/forms/delete-dialog.tsx';
import { How } from '../../ui/layout/how.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { QueryView } from '../../ui/layout/query-view.tsx';
import { Identifier } from '../../ui/text/copy.tsx';
import { visible } from '../../ui/text/device-text.ts';
import { ApiKeys } from './api-keys.tsx';
import { AuthorizedKeys } from './authorized-keys.tsx';
import { RoleBindings } from './role-bindings.tsx';

export function AccountPage() {
  const { serviceAccountId } = useParams({ from: '/access/$serviceAccountId' });
  const query = useQuery({
    queryKey: ['account', serviceAccountId],
    queryFn: () => ask(getServiceAccount({ client, path: { serviceAccountId } })),
  });
  return <QueryView query={query}>{(account) => <Shown account={account} />}</QueryView>;
}

function Shown({ account: { id, folderId, name, description } }: { account: ServiceAccount }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const [isDeleting, setIsDeleting] = useState(false);
  return (
    <Page
      title={name}
      above={<Link to="/access">{t('nav.access')}</Link>}
      actions={
        <Button view="outlined-danger" onClick={() => setIsDeleting(true)}>
          {t('common.delete')}
        </Button>
      }
    >
      <p>
        <Identifier id={id} /> {visible(description ?? '')}
      </p>
      <RoleBindings serviceAccountId={id} />
      <ApiKeys serviceAccountId={id} />
      <AuthorizedKeys serviceAccountId={id} />
      <How path={`/ext/v1/serviceAccounts/${id}`} cli={`service-account get ${id} --folder-id ${folderId}`} />
      {isDeleting && (
        <DeleteDialog
          name={name}
          ends={t('access.deleteEnds')}
          run={async () => {
            await ask(deleteServiceAccount({ client, path: { serviceAccountId: id } }));
            await navigate({ to: '/access' });
          }}
          onClose={() => setIsDeleting(false)}
        />
      )}
    </Page>
  );
}
