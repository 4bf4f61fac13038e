import { createAuthorizedKey, deleteAuthorizedKey, listAuthorizedKeys } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { FormDialog } from '../../ui/forms/form-dialog.tsx';
import { useColumns } from '../../ui/list/columns.tsx';
import { OwnedList } from '../../ui/list/owned-list.tsx';

/** Public halves of the keys with which a program signs tokens as the account. */
export function AuthorizedKeys({ serviceAccountId }: { serviceAccountId: string }) {
  const { t } = useTexts();
  const { id, created, ends } = useColumns();
  const path = { serviceAccountId };
  const query = useQuery({
    queryKey: ['authorized keys', serviceAccountId],
    queryFn: () => ask(listAuthorizedKeys({ client, path })),
  });
  return (
    <OwnedList
      title={t('access.authorizedKeys')}
      query={query}
      rows="authorizedKeys"
      rowKey={(key) => key.id}
      empty={t('access.noAuthorizedKeys')}
      columns={[{ ...id, isWide: true }, created, ends]}
      may
      addTitle={t('access.addAuthorizedKey')}
      addDialog={(close) => (
        <FormDialog
          title={t('access.addAuthorizedKey')}
          apply={t('common.add')}
          fields={[
            {
              name: 'publicKey',
              label: t('access.publicKey'),
              kind: 'code',
              note: t('access.publicKeyNote'),
              placeholder: '-----BEGIN PUBLIC KEY-----',
              accept: '.pem,.pub,.txt',
            },
          ]}
          run={({ publicKey = '' }) => ask(createAuthorizedKey({ client, path, body: { publicKey } }))}
          onClose={close}
        />
      )}
      remove={(key) => ask(deleteAuthorizedKey({ client, path: { ...path, authorizedKeyId: key.id } }))}
      removeTitle={t('common.delete')}
      removeEnds={t('access.authorizedKeyEnds')}
    />
  );
}
