import { Select, Switch } from '@gravity-ui/uikit';
import { listRegistries } from '@iotcore/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type DragEvent, useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useFolder, useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { FileInput } from '../../ui/forms/file-input.tsx';
import { WorkButton } from '../../ui/forms/work-button.tsx';
import { FailureNote } from '../../ui/layout/failure-note.tsx';
import { How } from '../../ui/layout/how.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { visible } from '../../ui/text/device-text.ts';
import { readDevices } from './read-devices.ts';
import { Results } from './results.tsx';
import { sendEntries } from './send.ts';

/** A larger file is for the command line, in bytes: the page holds the whole of it. */
const maxFileBytes = 64 * 1024 * 1024;

/** Devices out of a file: first what would become of each row, then the import itself. */
export function Import() {
  const { t } = useTexts();
  const folderId = useFolder();
  const may = useMay('admin');
  const queryClient = useQueryClient();
  const [registryId, setRegistryId] = useState('');
  const [file, setFile] = useState<File>();
  const [overwrite, setOverwrite] = useState(false);
  const [done, setDone] = useState(0);
  const registries = useQuery({
    queryKey: ['registries', folderId, 'all'],
    queryFn: () => ask(listRegistries({ client, query: { folderId, pageSize: 1000 } })),
  });
  const work = useMutation({
    mutationFn: async (isDryRun: boolean) => {
      if (!file || file.size > maxFileBytes) throw new Error(t('import.tooLarge'));
      setDone(0);
      const { entries, unread } = await readDevices(file.name, await file.text(), registryId);
      const results = await sendEntries(entries, { isDryRun, overwrite, onProgress: setDone });
      if (!isDryRun) await queryClient.invalidateQueries();
      return { results, unread, isDryRun };
    },
  });
  const choose = (chosen: File | undefined) => {
    setFile(chosen);
    work.reset();
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    choose(event.dataTransfer.files[0]);
  };
  const isReady = may && file !== undefined && registryId !== '';
  return (
    <Page title={t('nav.import')}>
      <p className="none">{t('import.note')}</p>
      {!may && <p>{t('may.admin')}</p>}
      <div className="form form_narrow">
        <Select
          aria-label={t('kind.registry')}
          label={t('kind.registry')}
          filterable={(registries.data?.registries.length ?? 0) > 10}
          value={[registryId]}
          options={(registries.data?.registries ?? []).map((one) => ({
            value: one.id,
            content: visible(one.name || one.id),
          }))}
          onUpdate={([one = '']) => {
            setRegistryId(one);
            work.reset();
          }}
        />
        {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is beside the button, which does the same */}
        <div className="drop" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
          {t('import.file')}
          <FileInput label={t('import.file')} accept=".csv,.ndjson,.jsonl" onChoose={choose} />
          {file && <span>{file.name}</span>}
        </div>
        <Switch checked={overwrite} onUpdate={setOverwrite} content={t('import.overwrite')} />
        <div className="form__end">
          <WorkButton disabled={!isReady} isWorking={work.isPending} onClick={() => work.mutate(true)}>
            {t('import.dryRun')}
          </WorkButton>
          <WorkButton
            view="action"
            disabled={!isReady || !work.data?.isDryRun}
            isWorking={work.isPending}
            onClick={() => work.mutate(false)}
          >
            {t('import.run')}
          </WorkButton>
          <span role="status">{work.isPending && t('import.done', { count: done })}</span>
        </div>
      </div>
      {work.error && <FailureNote error={work.error} />}
      {work.data && <Results {...work.data} />}
      <How
        path="/ext/v1/import"
        cli={`device import devices.csv --registry-id ${registryId || '<ID>'} --dry-run`}
      />
    </Page>
  );
}
