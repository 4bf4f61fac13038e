import { Button } from '@gravity-ui/uikit';
import { createRoleBinding, deleteRoleBinding, listRoleBindings, type Role } from '@iotcore/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useFolder } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Table } from '../../ui/table.tsx';

const roles: readonly Role[] = ['viewer', 'editor', 'admin', 'iot.devices.writer', 'iot.registries.writer'];

export function RoleBindings({ serviceAccountId }: { serviceAccountId: string }) {
  const { t } = useTexts();
  const folderId = useFolder();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<'add' | { readonly id: string }>();
  const path = { serviceAccountId };
  const queryKey = ['role bindings', serviceAccountId];
  const query = useQuery({ queryKey, queryFn: () => ask(listRoleBindings({ client, path })) });
  const changed = () => queryClient.invalidateQueries({ queryKey });
  return (
    <>
      <div className="section-head">
        <h2>{t('access.roles')}</h2>
        <Button onClick={() => setOpen('add')}>{t('access.addRole')}</Button>
      </div>
      <QueryView query={query}>
        {({ roleBindings }) => (
          <Table
            caption={t('access.roles')}
            rows={roleBindings}
            rowKey={({ id }) => id}
            empty={<p>{t('access.noRoles')}</p>}
            columns={[
              { id: 'role', title: t('access.role'), cell: ({ role }) => <code>{role}</code> },
              { id: 'folder', title: t('shell.folder'), cell: (one) => <code>{one.folderId}</code> },
              { id: 'may', title: t('access.may'), isWide: true, cell: ({ role }) => t(`roles.${role}`) },
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
          title={t('access.addRole')}
          apply={t('common.add')}
          fields={[
            {
              name: 'role',
              label: t('access.role'),
              options: roles.map((role) => ({ value: role, content: role })),
            },
            { name: 'folderId', label: t('shell.folder'), note: t('access.everyFolder') },
          ]}
          initial={{ role: 'viewer', folderId }}
          run={async ({ role, folderId: where = '' }) => {
            await ask(createRoleBinding({ client, path, body: { role: role as Role, folderId: where } }));
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
            await ask(deleteRoleBinding({ client, path: { ...path, roleBindingId: open.id } }));
            await changed();
          }}
          onClose={() => setOpen(undefined)}
        >
          <p>{t('access.roleEnds')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
