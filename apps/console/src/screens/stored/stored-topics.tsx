import { Button } from '@gravity-ui/uikit';
import * as sdk from '@iotcore/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { visible } from '../../ui/device-text.ts';
import { LinkButton } from '../../ui/link-button.tsx';
import { Payload } from '../../ui/payload.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import type { Owner } from '../resources/owner.ts';

type Keeper = Owner & { readonly kind: 'registry' | 'device' };

/** What permanent topics hold now: the last message of each. */
export function StoredTopics({ owner }: { owner: Keeper }) {
  const { t } = useTexts();
  const may = useMay('editor', owner.folderId);
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<string>();
  const [clearing, setClearing] = useState<string>();
  const topics = useQuery({ queryKey: ['stored', owner.id], queryFn: () => listTopics(owner) });
  const message = useQuery({
    queryKey: ['stored', owner.id, open],
    queryFn: () => getMessage(owner, open ?? ''),
    enabled: open !== undefined,
  });
  return (
    <>
      <p className="none">{t('stored.note')}</p>
      <QueryView query={topics}>
        {(rows) => (
          <Table
            caption={t('tabs.stored')}
            rows={rows}
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
        )}
      </QueryView>
      {open !== undefined && (
        <QueryView query={message}>{({ data }) => <Payload key={open + data} data={data} />}</QueryView>
      )}
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
          <p>{t('stored.clearEnds', { topic: clearing })}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

async function listTopics({ kind, id }: Keeper): Promise<readonly sdk.RetainedTopic[]> {
  const { topics } = await (kind === 'device'
    ? ask(sdk.listDeviceRetainedTopics({ client, path: { deviceId: id } }))
    : ask(sdk.listRegistryRetainedTopics({ client, path: { registryId: id } })));
  return topics;
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
