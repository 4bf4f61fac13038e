import { Button } from '@gravity-ui/uikit';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { ConfirmDialog } from '../../ui/forms/confirm-dialog.tsx';
import { How } from '../../ui/layout/how.tsx';
import { LinkButton } from '../../ui/layout/link-button.tsx';
import { QueryView } from '../../ui/layout/query-view.tsx';
import { List } from '../../ui/list/list.tsx';
import { useOpenRow } from '../../ui/list/use-open-row.ts';
import { visible } from '../../ui/text/device-text.ts';
import { Payload } from '../../ui/text/payload.tsx';
import { Time } from '../../ui/text/time.tsx';
import { paths } from '../resources/owner.ts';
import { clearMessage, getMessage, type Keeper, listTopics } from './keeper.ts';
import { SetDialog } from './set-dialog.tsx';
import { StoredValue } from './stored-value.tsx';
import { topicTree } from './topic-tree.ts';

type Doing = { readonly what: 'set' | 'clear'; readonly topic: string };

/** What permanent topics hold now: the last message of each, as a tree. */
export function StoredTopics({ owner }: { owner: Keeper }) {
  const { t } = useTexts();
  const may = useMay('editor', owner.folderId);
  const title = may ? undefined : t('may.editor');
  const queryClient = useQueryClient();
  const { page: pageToken } = useSearch({ from: '__root__' });
  const [open, choose] = useOpenRow();
  const [doing, setDoing] = useState<Doing>();
  const close = () => setDoing(undefined);
  const topics = useQuery({
    queryKey: ['stored', owner.id, 'topics', pageToken],
    queryFn: async () => {
      const { topics: found, nextPageToken } = await listTopics(owner, { pageToken });
      return { rows: topicTree(found), nextPageToken };
    },
  });
  const message = useQuery({
    queryKey: ['stored', owner.id, open],
    queryFn: () => getMessage(owner, open ?? ''),
    enabled: open !== undefined,
  });
  const usual = `${owner.kind === 'device' ? '$devices' : '$registries'}/${owner.id}/config`;
  return (
    <>
      <div className="section-head">
        <p className="none">{t('stored.note')}</p>
        <Button disabled={!may} title={title} onClick={() => setDoing({ what: 'set', topic: usual })}>
          {t('stored.setOne')}
        </Button>
      </div>
      <List
        caption={t('tabs.stored')}
        query={topics}
        rows="rows"
        isPaged
        rowKey={({ key }) => key}
        empty={<p>{t(owner.kind === 'device' ? 'stored.emptyDevice' : 'stored.emptyRegistry')}</p>}
        columns={[
          {
            id: 'topic',
            title: t('common.topic'),
            isWide: true,
            cell: ({ topic, label, depth }) => (
              <span className="tree" style={{ paddingInlineStart: `${depth * 2}ch` }}>
                {topic ? (
                  <LinkButton
                    isOpen={open === topic.topic}
                    label={visible(topic.topic)}
                    onClick={() => choose(topic.topic)}
                  >
                    {visible(label)}
                  </LinkButton>
                ) : (
                  visible(label)
                )}
              </span>
            ),
          },
          {
            id: 'value',
            title: t('settings.value'),
            cell: ({ topic }) => topic && <StoredValue owner={owner} {...topic} />,
          },
          {
            id: 'size',
            title: t('common.size'),
            isNumber: true,
            cell: ({ topic }) => topic && t('live.bytes', { count: topic.bytes }),
          },
          {
            id: 'at',
            title: t('common.time'),
            cell: ({ topic }) => topic && <Time at={topic.updatedAt} />,
          },
          {
            id: 'actions',
            title: t('common.actions'),
            isActions: true,
            cell: ({ topic: one }) =>
              one && (
                <>
                  <Button
                    size="s"
                    view="flat"
                    disabled={!may}
                    title={title}
                    onClick={() => setDoing({ what: 'set', topic: one.topic })}
                  >
                    {t('stored.set')}
                  </Button>
                  <Button
                    size="s"
                    view="flat-danger"
                    disabled={!may}
                    title={title}
                    onClick={() => setDoing({ what: 'clear', topic: one.topic })}
                  >
                    {t('stored.clear')}
                  </Button>
                </>
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
      {doing?.what === 'set' && <SetDialog owner={owner} topic={doing.topic} onClose={close} />}
      {doing?.what === 'clear' && (
        <ConfirmDialog
          title={t('stored.clear')}
          apply={t('stored.clear')}
          run={async () => {
            await clearMessage(owner, doing.topic);
            await queryClient.invalidateQueries({ queryKey: ['stored', owner.id] });
          }}
          onClose={close}
        >
          <p>{t('stored.clearEnds', { topic: visible(doing.topic) })}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
