import { Select } from '@gravity-ui/uikit';
import { listFolders } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { useFolder } from '../folder.ts';

export function FolderSelect() {
  const { t } = useTexts();
  const folder = useFolder();
  const navigate = useNavigate();
  const { data } = useQuery({
    queryKey: ['folders'],
    queryFn: () => ask(listFolders({ client, query: { pageSize: 1000 } })),
    staleTime: 30_000,
  });
  const ids = [...new Set([folder, ...(data?.folders ?? []).map(({ id }) => id)])].sort();
  return (
    <Select
      aria-label={t('shell.folder')}
      className="top__folder"
      value={[folder]}
      filterable={ids.length > 10}
      options={ids.map((id) => ({ value: id, content: id }))}
      onUpdate={([id]) => void navigate({ to: '.', search: { folder: id } })}
    />
  );
}
