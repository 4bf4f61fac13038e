import { createRegistry, type Registry, updateRegistry } from '@iotcore/sdk';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useFolder } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { fromLines, toLines } from '../../ui/labels.ts';

/** Makes a registry, or changes one. */
export function RegistryForm({ registry, onClose }: { registry?: Registry; onClose: () => void }) {
  const { t } = useTexts();
  const folderId = useFolder();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  return (
    <FormDialog
      title={registry ? t('registries.edit') : t('registries.create')}
      apply={registry ? t('common.save') : t('common.create')}
      fields={[
        { name: 'name', label: t('common.name') },
        { name: 'description', label: t('common.description') },
        { name: 'labels', label: t('common.labels'), kind: 'text', note: t('common.labelsNote') },
      ]}
      initial={{
        name: registry?.name ?? '',
        description: registry?.description ?? '',
        labels: toLines(registry?.labels),
      }}
      onClose={onClose}
      run={async ({ name, description, labels = '' }) => {
        const fields = { name, description, labels: fromLines(labels) };
        if (registry) {
          const body = { ...fields, updateMask: 'name,description,labels' };
          await ask(updateRegistry({ client, path: { registryId: registry.id }, body }));
        } else {
          const { metadata } = await ask(createRegistry({ client, body: { folderId, ...fields } }));
          const { registryId } = metadata as unknown as { registryId: string };
          void navigate({ to: '/registries/$registryId', params: { registryId } });
        }
        await queryClient.invalidateQueries();
      }}
    />
  );
}
