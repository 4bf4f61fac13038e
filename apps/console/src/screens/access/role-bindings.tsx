import { createRoleBinding, deleteRoleBinding, listRoleBindings, type Role } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';
import { useFolder } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { FormDialog } from '../../ui/forms/form-dialog.tsx';
import { useColumns } from '../../ui/list/columns.tsx';
import { OwnedList } from '../../ui/list/owned-list.tsx';

const roles: readonly Role[] = ['viewer', 'editor', 'admin', 'iot.devices.writer', 'iot.registries.writer'];

export function RoleBindings({ serviceAccountId }: { serviceAccountId: string }) {
  const { t } = useTexts();
  const { code } = useColumns();
  const folderId = useFolder();
  const path = { serviceAccountId };
  const query = useQuery({
    queryKey: ['role bindings', serviceAccountId],
    queryFn: () => ask(listRoleBindings({ client, path })),
  });
  return (
    <OwnedList
      title={t('access.roles')}
      query={query}
      rows="roleBindings"
      rowKey={({ id }) => id}
      empty={t('access.noRoles')}
      columns={[
        code('role', 'access.role'),
        code('folderId', 'shell.folder'),
        { id: 'may', title: t('access.may'), isWide: true, cell: ({ role }) => t(`roles.${role}`) },
      ]}
      may
      addTitle={t('access.addRole')}
      addDialog={(close) => (
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
          run={({ role, folderId: where = '' }) =>
            ask(createRoleBinding({ client, path, body: { role: role as Role, folderId: where } }))
          }
          onClose={close}
        />
      )}
      remove={({ id }) => ask(deleteRoleBinding({ client, path: { ...path, roleBindingId: id } }))}
      removeTitle={t('common.delete')}
      removeEnds={t('access.roleEnds')}
    />
  );
}
