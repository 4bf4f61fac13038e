/** How many devices each registry of a folder has. */
import { listRegistryCounts } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import type { Column } from '../../ui/list/table.tsx';

const refreshMs = 60_000;

async function countDevices(folderId: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  let pageToken: string | undefined;
  do {
    const query = { folderId, pageSize: 1000, pageToken };
    const { registries, nextPageToken } = await ask(listRegistryCounts({ client, query }));
    for (const { id, devices } of registries) counts.set(id, devices);
    pageToken = nextPageToken;
  } while (pageToken !== undefined);
  return counts;
}

export function useDeviceCountColumn(folderId: string): Column<{ readonly id: string }> {
  const { t, language } = useTexts();
  const { data } = useQuery({
    queryKey: ['registry counts', folderId],
    queryFn: () => countDevices(folderId),
    refetchInterval: refreshMs,
  });
  const number = new Intl.NumberFormat(language);
  return {
    id: 'devices',
    title: t('nav.devices'),
    isNumber: true,
    cell: ({ id }) => data && number.format(data.get(id) ?? 0),
  };
}
