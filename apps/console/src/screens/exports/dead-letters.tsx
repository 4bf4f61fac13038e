import { Button } from '@gravity-ui/uikit';
import { deleteExportDeadLetter, listExportDeadLetters, redeliverExportDeadLetters } from '@iotcore/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { WorkButton } from '../../ui/forms/work-button.tsx';
import { FailureNote } from '../../ui/layout/failure-note.tsx';
import { How } from '../../ui/layout/how.tsx';
import { LinkButton } from '../../ui/layout/link-button.tsx';
import { List } from '../../ui/list/list.tsx';
import { useOpenRow } from '../../ui/list/use-open-row.ts';
import { visible } from '../../ui/text/device-text.ts';
import { Payload } from '../../ui/text/payload.tsx';
import { ExactTime } from '../../ui/text/time.tsx';

/** Messages that the target has refused for good: looked at, sent again, or given up. */
export function DeadLetters({ exportId, folderId }: { exportId: string; folderId: string }) {
  const { t, say } = useTexts();
  const may = useMay('editor', folderId);
  const { page } = useSearch({ from: '__root__' });
  const queryClient = useQueryClient();
  const [open, choose] = useOpenRow();
  const path = { exportId };
  const query = useQuery({
    queryKey: ['export', exportId, 'dead letters', page],
    queryFn: () => ask(listExportDeadLetters({ client, path, query: { pageToken: page } })),
  });
  const work = useMutation({
    mutationFn: (run: () => Promise<unknown>) => run(),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['export', exportId] }),
  });
  const redeliver = (ids: string[]) =>
    work.mutate(() => ask(redeliverExportDeadLetters({ client, path, body: { ids } as never })));
  const remove = (deadLetterId: string) =>
    work.mutate(() => ask(deleteExportDeadLetter({ client, path: { exportId, deadLetterId } })));
  const letters = query.data?.deadLetters ?? [];
  const shown = letters.find(({ id }) => id === open);
  const title = may ? undefined : t('may.editor');
  return (
    <>
      {work.error && <FailureNote error={work.error} />}
      {letters.length > 0 && (
        <div className="filters">
          <WorkButton
            disabled={!may}
            title={title}
            isWorking={work.isPending}
            onClick={() => redeliver(letters.map(({ id }) => id))}
          >
            {t('exports.redeliverShown')}
          </WorkButton>
        </div>
      )}
      <List
        caption={t('exports.dead')}
        query={query}
        rows="deadLetters"
        rowKey={({ id }) => id}
        empty={<p>{t('exports.noDead')}</p>}
        columns={[
          { id: 'at', title: t('common.time'), cell: ({ recordedAt }) => <ExactTime at={recordedAt} /> },
          {
            id: 'topic',
            title: t('common.topic'),
            isWide: true,
            cell: (one) => (
              <LinkButton isOpen={open === one.id} onClick={() => choose(one.id)}>
                {visible(one.topic)}
              </LinkButton>
            ),
          },
          {
            id: 'why',
            title: t('refusals.reason'),
            cell: ({ reason, answer = '' }) => (
              <span className="device-text">{visible(`${say(reason)} ${answer}`)}</span>
            ),
          },
          {
            id: 'actions',
            title: t('common.actions'),
            isActions: true,
            cell: ({ id }) => (
              <>
                <Button size="s" view="flat" disabled={!may} title={title} onClick={() => redeliver([id])}>
                  {t('exports.redeliver')}
                </Button>
                <Button size="s" view="flat-danger" disabled={!may} title={title} onClick={() => remove(id)}>
                  {t('common.delete')}
                </Button>
              </>
            ),
          },
        ]}
        isPaged
      />
      {shown && <Payload key={shown.id} data={shown.payload} />}
      <How
        path={`/ext/v1/exports/${exportId}/deadLetters`}
        cli={`export dead-letter list ${exportId} --folder-id ${folderId}`}
      />
    </>
  );
}
