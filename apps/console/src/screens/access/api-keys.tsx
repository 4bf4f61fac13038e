import { Alert, Button } from '@gravity-ui/uikit';
import { createApiKey, deleteApiKey, listApiKeys } from '@iotcore/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { CodeBlock, Identifier } from '../../ui/copy.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';

export function ApiKeys({ serviceAccountId }: { serviceAccountId: string }) {
  const { t } = useTexts();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<'add' | { readonly id: string }>();
  const [secret, setSecret] = useState<string>();
  const path = { serviceAccountId };
  const queryKey = ['api keys', serviceAccountId];
  const query = useQuery({ queryKey, queryFn: () => ask(listApiKeys({ client, path })) });
  const changed = () => queryClient.invalidateQueries({ queryKey });
  return (
    <>
      <div className="section-head">
        <h2>{t('access.apiKeys')}</h2>
        <Button onClick={() => setOpen('add')}>{t('access.addKey')}</Button>
      </div>
      {secret !== undefined && (
        <Alert
          theme="success"
          title={t('credentials.shownOnce')}
          message={<CodeBlock text={secret} what={t('access.secret')} />}
          onClose={() => setSecret(undefined)}
        />
      )}
      <QueryView query={query}>
        {({ apiKeys }) => (
          <Table
            caption={t('access.apiKeys')}
            rows={apiKeys}
            rowKey={({ id }) => id}
            empty={<p>{t('access.noKeys')}</p>}
            columns={[
              { id: 'id', title: t('common.id'), cell: ({ id }) => <Identifier id={id} /> },
              {
                id: 'what',
                title: t('common.description'),
                isWide: true,
                cell: ({ description }) => description,
              },
              { id: 'created', title: t('common.created'), cell: ({ createdAt }) => <Time at={createdAt} /> },
              {
                id: 'end',
                title: t('access.ends'),
                cell: ({ expiresAt }) => (expiresAt ? <Time at={expiresAt} /> : t('common.never')),
              },
              {
                id: 'actions',
                title: t('common.actions'),
                isActions: true,
                cell: ({ id }) => (
                  <Button size="s" view="flat-danger" onClick={() => setOpen({ id })}>
                    {t('common.delete')}
                  </Button>
                ),
              },
            ]}
          />
        )}
      </QueryView>
      {open === 'add' && (
        <FormDialog
          title={t('access.addKey')}
          apply={t('common.create')}
          fields={[{ name: 'description', label: t('common.description') }]}
          run={async ({ description }) => {
            const made = await ask(createApiKey({ client, path, body: { description } }));
            setSecret(made.secret);
            await changed();
          }}
          onClose={() => setOpen(undefined)}
        />
      )}
      {typeof open === 'object' && (
        <ConfirmDialog
          title={t('common.delete')}
          apply={t('common.delete')}
          run={async () => {
            await ask(deleteApiKey({ client, path: { ...path, apiKeyId: open.id } }));
            await changed();
          }}
          onClose={() => setOpen(undefined)}
        >
          <p>{t('access.keyEnds')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
