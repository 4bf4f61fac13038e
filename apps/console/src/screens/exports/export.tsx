import { Button } from '@gravity-ui/uikit';
import { deleteExport, type Export, getExport, pauseExport, resumeExport, testExport } from '@iotcore/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { ConfirmDialog } from '../../ui/forms/confirm-dialog.tsx';
import { Facts } from '../../ui/layout/facts.tsx';
import { FailureNote } from '../../ui/layout/failure-note.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { QueryView } from '../../ui/layout/query-view.tsx';
import { Tabs } from '../../ui/layout/tabs.tsx';
import { CodeBlock, Identifier } from '../../ui/text/copy.tsx';
import { Time } from '../../ui/text/time.tsx';
import { Attempts } from './attempts.tsx';
import { Condition } from './condition.tsx';
import { DeadLetters } from './dead-letters.tsx';

const refreshMs = 3000;

export function ExportPage() {
  const { exportId } = useParams({ from: '/exports/$exportId' });
  const query = useQuery({
    queryKey: ['export', exportId],
    queryFn: () => ask(getExport({ client, path: { exportId }, query: { exportView: 'FULL' } })),
    refetchInterval: refreshMs,
  });
  return <QueryView query={query}>{(one) => <Shown one={one} />}</QueryView>;
}

function Shown({ one }: { one: Export }) {
  const { t } = useTexts();
  const { id, name, state, folderId } = one;
  return (
    <Page
      title={name || id}
      above={<Link to="/exports">{t('nav.exports')}</Link>}
      status={<Condition state={state} />}
      actions={<Actions one={one} />}
    >
      <Tabs
        label={name || id}
        items={[
          { id: 'state', title: t('tabs.status'), content: () => <State one={one} /> },
          {
            id: 'dead',
            title: t('exports.dead'),
            content: () => <DeadLetters exportId={id} folderId={folderId} />,
          },
          { id: 'attempts', title: t('exports.attempts'), content: () => <Attempts exportId={id} /> },
        ]}
      />
    </Page>
  );
}

function State({ one: { id, state, source, target } }: { one: Export }) {
  const { t } = useTexts();
  return (
    <>
      <Facts
        facts={[
          [t('common.id'), <Identifier key="id" id={id} />],
          [t('exports.says'), state?.message],
          [t('exports.lag'), state?.lagMessages],
          [t('exports.oldest'), <Time key="oldest" at={state?.oldestMessageAt} />],
          [t('exports.success'), <Time key="success" at={state?.lastSuccessAt} />],
          [t('exports.error'), state?.lastError],
          [t('exports.delivered'), state?.delivered],
          [t('exports.dead'), state?.deadLetters],
        ]}
      />
      <h2>{t('exports.setTo')}</h2>
      <CodeBlock text={JSON.stringify({ source, target }, null, 2)} what={t('exports.setTo')} />
    </>
  );
}

function Actions({ one: { id, folderId, paused, name } }: { one: Export }) {
  const { t } = useTexts();
  const may = useMay('editor', folderId);
  const mayDelete = useMay('admin', folderId);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [isDeleting, setIsDeleting] = useState(false);
  const path = { exportId: id };
  const work = useMutation({
    mutationFn: (run: () => Promise<unknown>) => run(),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['export', id] }),
  });
  const title = may ? undefined : t('may.editor');
  const switchOnOrOff = () =>
    paused ? ask(resumeExport({ client, path })) : ask(pauseExport({ client, path }));
  return (
    <>
      <Button
        disabled={!may}
        title={title}
        onClick={() => work.mutate(() => ask(testExport({ client, path })))}
      >
        {t('exports.test')}
      </Button>
      <Button disabled={!may} title={title} onClick={() => work.mutate(switchOnOrOff)}>
        {t(paused ? 'exports.resume' : 'exports.pause')}
      </Button>
      <Button
        view="outlined-danger"
        disabled={!mayDelete}
        title={mayDelete ? undefined : t('may.admin')}
        onClick={() => setIsDeleting(true)}
      >
        {t('common.delete')}
      </Button>
      {work.error && <FailureNote error={work.error} />}
      {isDeleting && (
        <ConfirmDialog
          title={t('common.delete')}
          apply={t('common.delete')}
          typed={name || id}
          run={async () => {
            await ask(deleteExport({ client, path }));
            await navigate({ to: '/exports' });
          }}
          onClose={() => setIsDeleting(false)}
        >
          <p>{t('exports.deleteEnds')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
