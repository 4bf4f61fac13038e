import { Button } from '@gravity-ui/uikit';
import { deleteExport, type Export, pauseExport, resumeExport, testExport } from '@iotcore/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { type Action, ActionsMenu } from '../../ui/forms/actions-menu.tsx';
import { DeleteDialog } from '../../ui/forms/delete-dialog.tsx';
import { WorkButton } from '../../ui/forms/work-button.tsx';
import { FailureNote } from '../../ui/layout/failure-note.tsx';
import { ExportForm } from './export-form.tsx';
import { ReplayDialog, RotateDialog, SkipDialog } from './steering-dialogs.tsx';
import { TestResult } from './test-result.tsx';

type Open = 'edit' | 'replay' | 'skip' | 'rotate' | 'delete';

/** What can be done to an export. Making and changing one is for admins: a target is a way out. */
export function ExportActions({ one }: { one: Export }) {
  const { t } = useTexts();
  const { id, folderId, paused, name, target } = one;
  const may = useMay('editor', folderId);
  const mayChange = useMay('admin', folderId);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<Open>();
  const path = { exportId: id };
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['export', id] });
  const close = () => {
    setOpen(undefined);
    void refresh();
  };
  const test = useMutation({ mutationFn: () => ask(testExport({ client, path })), onSettled: refresh });
  const pausing = useMutation({
    mutationFn: (isPaused: boolean) =>
      isPaused ? ask(resumeExport({ client, path })) : ask(pauseExport({ client, path })),
    onSettled: refresh,
  });
  const title = may ? undefined : t('may.editor');
  const needs = mayChange ? undefined : ('admin' as const);
  const items: readonly Action[] = [
    { text: t('common.edit'), needs, action: () => setOpen('edit') },
    { text: t('exports.replay'), action: () => setOpen('replay') },
    { text: t('exports.skip'), action: () => setOpen('skip') },
    ...(target.webhook ? [{ text: t('exports.rotate'), needs, action: () => setOpen('rotate') }] : []),
    { text: t('common.delete'), theme: 'danger', needs, action: () => setOpen('delete') },
  ];
  return (
    <>
      {target.pull === undefined && (
        <WorkButton disabled={!may} title={title} isWorking={test.isPending} onClick={() => test.mutate()}>
          {t('exports.test')}
        </WorkButton>
      )}
      <Button disabled={!may} title={title} onClick={() => pausing.mutate(paused === true)}>
        {t(paused ? 'exports.resume' : 'exports.pause')}
      </Button>
      <ActionsMenu may={may} items={items} />
      {(test.error ?? pausing.error) && <FailureNote error={test.error ?? pausing.error} />}
      {test.data && <TestResult result={test.data} onClose={test.reset} />}
      {open === 'edit' && <ExportForm one={one} onClose={close} />}
      {open === 'replay' && <ReplayDialog one={one} onClose={close} />}
      {open === 'skip' && <SkipDialog one={one} onClose={close} />}
      {open === 'rotate' && <RotateDialog one={one} onClose={close} />}
      {open === 'delete' && (
        <DeleteDialog
          name={name || id}
          ends={t('exports.deleteEnds')}
          run={async () => {
            await ask(deleteExport({ client, path }));
            await navigate({ to: '/exports' });
          }}
          onClose={close}
        />
      )}
    </>
  );
}
