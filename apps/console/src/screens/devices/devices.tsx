import { Select } from '@gravity-ui/uikit';
import { listRegistries } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useFolder } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { QueryView } from '../../ui/layout/query-view.tsx';
import { visible } from '../../ui/text/device-text.ts';
import { DeviceList } from './device-list.tsx';

/** Devices of all registries of the folder, of one at a time. */
export function Devices() {
  const { t } = useTexts();
  const folderId = useFolder();
  const navigate = useNavigate();
  const { resource } = useSearch({ from: '__root__' });
  const query = useQuery({
    queryKey: ['registries', folderId, 'all'],
    queryFn: () => ask(listRegistries({ client, query: { folderId, pageSize: 1000 } })),
  });
  return (
    <Page title={t('nav.devices')}>
      <QueryView query={query}>
        {({ registries }) => {
          const chosen = registries.find(({ id }) => id === resource) ?? registries[0];
          if (!chosen) return <div className="empty">{t('registries.empty')}</div>;
          return (
            <>
              <Select
                aria-label={t('kind.registry')}
                label={t('kind.registry')}
                filterable={registries.length > 10}
                value={[chosen.id]}
                options={registries.map(({ id, name }) => ({ value: id, content: visible(name || id) }))}
                onUpdate={([id]) => void navigate({ to: '.', search: { folder: folderId, resource: id } })}
              />
              <DeviceList key={chosen.id} registryId={chosen.id} folderId={folderId} />
            </>
          );
        }}
      </QueryView>
    </Page>
  );
}
