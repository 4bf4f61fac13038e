import { createRegistry, type Registry, updateRegistry } from '@iotcore/sdk';
import { useNavigate } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useFolder } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { TopLevelForm } from '../resources/top-level-form.tsx';

/** Makes a registry, or changes one. */
export function RegistryForm({ registry, onClose }: { registry?: Registry; onClose: () => void }) {
  const { t } = useTexts();
  const folderId = useFolder();
  const navigate = useNavigate();
  return (
    <TopLevelForm
      title={t(registry ? 'registries.edit' : 'registries.create')}
      resource={registry}
      onClose={onClose}
      update={(registryId, body) => ask(updateRegistry({ client, path: { registryId }, body }))}
      create={async (fields) => {
        const { metadata } = await ask(createRegistry({ client, body: { folderId, ...fields } }));
        const { registryId } = metadata as unknown as { registryId: string };
        void navigate({ to: '/registries/$registryId', params: { registryId } });
      }}
    />
  );
}
