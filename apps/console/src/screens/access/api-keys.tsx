import { Alert } from '@gravity-ui/uikit';
import { createApiKey, deleteApiKey, listApiKeys } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { FormDialog } from '../../ui/forms/form-dialog.tsx';
import { useColumns } from '../../ui/list/columns.tsx';
import { OwnedList } from '../../ui/list/owned-list.tsx';
import { CodeBlock } from '../../ui/text/copy.tsx';
import { visible } from '../../ui/text/device-text.ts';

export function ApiKeys({ serviceAccountId }: { serviceAccountId: string }) {
  const { t } = useTexts();
  const { id, created, ends } = useColumns();
  const [secret, setSecret] = useState<string>();
  const path = { serviceAccountId };
  const query = useQuery({
    queryKey: ['api keys', serviceAccountId],
    queryFn: () => ask(listApiKeys({ client, path })),
  });
  return (
    <OwnedList
      title={t('access.apiKeys')}
      query={query}
      rows="apiKeys"
      rowKey={(key) => key.id}
      empty={t('access.noKeys')}
      columns={[
        id,
        {
          id: 'what',
          title: t('common.description'),
          isWide: true,
          cell: ({ description = '' }) => visible(description),
        },
        created,
        ends,
      ]}
      may
      addTitle={t('access.addKey')}
      addDialog={(close) => (
        <FormDialog
          title={t('access.addKey')}
          apply={t('common.create')}
          fields={[{ name: 'description', label: t('common.description') }]}
          run={async ({ description }) => {
            const made = await ask(createApiKey({ client, path, body: { description } }));
            setSecret(made.secret);
          }}
          onClose={close}
        />
      )}
      remove={(key) => ask(deleteApiKey({ client, path: { ...path, apiKeyId: key.id } }))}
      removeTitle={t('common.delete')}
      removeEnds={t('access.keyEnds')}
    >
      {secret !== undefined && (
        <Alert
          theme="success"
          title={t('credentials.shownOnce')}
          message={<CodeBlock text={secret} what={t('access.secret')} />}
          onClose={() => setSecret(undefined)}
        />
      )}
    </OwnedList>
  );
}
