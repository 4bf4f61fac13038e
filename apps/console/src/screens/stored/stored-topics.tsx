import { Button } from '@gravity-ui/uikit';
import * as sdk from '@iotcore/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { ConfirmDialog } from '../../ui/forms/confirm-dialog.tsx';
import { How } from '../../ui/layout/how.tsx';
import { LinkButton } from '../../ui/layout/link-button.tsx';
import { QueryView } from '../../ui/layout/query-view.tsx';
import { List } from '../../ui/list/list.tsx';
import { visible } from '../../ui/text/device-text.ts';
import { Payload } from '../../ui/text/payload.tsx';
import { Time } from '../../ui/text/time.tsx';
import { type Owner, paths } from '../resources/owner.ts';

type Keeper = Owner & { readonly kind: 'registry' | 'device' };

/** What permanent topics hold now: the last message of each. */
export function StoredTopics({ owner }: { owner: Keeper }) {
  const { t } = useTexts();
  const may = useMay('editor', owner.folderId);
  const queryClient = useQueryClient();
  const { page: pageToken } = useSearch({ from: '__root__' });
  const [open, setOpen] = useState<string>();
  const [clearing, setClearing] = useState<string>();
  const topics = useQuery({
    queryKey: ['stored', owner.id, 'topics', pageToken],
    queryFn: () => listTopics(owner, { pageToken }),
  });
  const message = useQuery({
    queryKey: ['stored', owner.id, open],
    queryFn: () => getMessage(owner, open ?? ''),
    enabled: open !== undefined,
  });
  return (
    <>
      <p className="none">{t('stored.note')}</p>
      <List
        caption={t('tabs.stored')}
        query={topics}
        rows="topics"
        isPaged
        rowKey={({ topic }) => topic}
        empty={<p>{t(owner.kind === 'device' ? 'stored.emptyDevice' : 'stored.emptyRegistry')}</p>}
        columns={[
          {
            id: 'topic',
            title: t('common.topic'),
            isWide: true,
            cell: ({ topic }) => (
              <LinkButton isOpen={open === topic} onClick={() => setOpen(topic)}>
                {visible(topic)}
              </LinkButton>
            ),
          },
          { id: 'size', title: t('common.size'), isNumber: true, cell: ({ bytes }) => `${bytes} B` },
          { id: 'at', title: t('common.time'), cell: ({ updatedAt }) => <Time at={updatedAt} /> },
          {
            id: 'actions',
            title: t('common.actions'),
            isActions: true,
            cell: ({ topic }) => (
              <Button size="s" view="flat-danger" disabled={!may} onClick={() => setClearing(topic)}>
                {t('stored.clear')}
              </Button>
            ),
          },
        ]}
      />
      {open !== undefined && (
        <QueryView query={message}>{({ data }) => <Payload key={open + data} data={data} />}</QueryView>
      )}
      <How
        path={`${paths[owner.kind].ext}/${owner.id}/retainedTopics`}
        cli={owner.kind === 'device' ? `device state list ${owner.id}` : undefined}
      />
      {clearing !== undefined && (
        <ConfirmDialog
          title={t('stored.clear')}
          apply={t('stored.clear')}
          run={async () => {
            await clearMessage(owner, clearing);
            await queryClient.invalidateQueries({ queryKey: ['stored', owner.id] });
          }}
          onClose={() => setClearing(undefined)}
        >
          <p>{t('stored.clearEnds', { topic: visible(clearing) })}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

function listTopics({ kind, id }: Keeper, query: { readonly pageToken: string | undefined }) {
  return kind === 'device'
    ? ask(sdk.listDeviceRetainedTopics({ client, path: { deviceId: id }, query }))
    : ask(sdk.listRegistryRetainedTopics({ client, path: { registryId: id }, query }));
}

function getMessage({ kind, id }: Keeper, topic: string): Promise<sdk.RetainedMessage> {
  return kind === 'device'
    ? ask(sdk.getDeviceRetainedMessage({ client, path: { deviceId: id }, query: { topic } }))
    : ask(sdk.getRegistryRetainedMessage({ client, path: { registryId: id }, query: { topic } }));
}

function clearMessage({ kind, id }: Keeper, topic: string): Promise<unknown> {
  return kind === 'device'
    ? ask(sdk.clearDeviceRetainedMessage({ client, path: { deviceId: id }, query: { topic } }))
    : ask(sdk.clearRegistryRetainedMessage({ client, path: { registryId: id }, query: { topic } }));
}
