import { Button, TextInput } from '@gravity-ui/uikit';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useDeferredValue, useRef, useState } from 'react';
import { useMay } from '../../app/folder.ts';
import type { Search } from '../../app/top-bar/search.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { Status } from '../../ui/layout/status.tsx';
import { saveFile } from '../../ui/text/save.ts';
import { type Owner, paths } from '../resources/owner.ts';
import { type FoundRows, findRows } from './find-rows.ts';
import { LiveRows } from './live-rows.tsx';
import { PublishForm } from './publish-form.tsx';
import { type LiveRow, useWatch } from './use-watch.ts';
import { WatchStatus } from './watch-status.tsx';

/** What a resource hears, as it comes: new rows stand on top while nothing is open, and gather while one is read. */
export function Live({ owner }: { owner: Owner }) {
  const { t } = useTexts();
  const { topic, q } = useSearch({ from: '__root__' });
  const navigate = useNavigate();
  const [filter, setFilter] = useState(topic ?? '');
  const [text, setText] = useState(q ?? '');
  const [clears, setClears] = useState(0);
  const [isOn, setIsOn] = useState(true);
  const may = useMay('editor', owner.folderId);
  const path = `${paths[owner.kind].ext}/${owner.id}/messages:watch`;
  const query = topic ? `?filter=${encodeURIComponent(topic)}` : '';
  const watch = useWatch(path + query, isOn);
  // The field shows a key before thousands of rows are looked through for it.
  const wanted = useDeferredValue(text);
  const found = useRef<FoundRows>(undefined);
  found.current = wanted === '' ? undefined : findRows(watch.rows, wanted, found.current);
  const rows = found.current?.rows ?? watch.rows;
  const apply = () =>
    void navigate({
      to: '.',
      search: (before: Search) => ({ ...before, topic: filter || undefined, q: text || undefined }),
    });
  const clear = () => {
    watch.clear();
    setClears(clears + 1);
  };
  return (
    <>
      <form
        className="filters"
        onSubmit={(event) => {
          event.preventDefault();
          apply();
        }}
      >
        <TextInput
          label={t('live.filter')}
          value={filter}
          onUpdate={setFilter}
          onBlur={apply}
          placeholder="#"
        />
        <TextInput label={t('live.contains')} value={text} onUpdate={setText} onBlur={apply} />
        <Button onClick={() => setIsOn(!isOn)} selected={!isOn}>
          {t(isOn ? 'live.pause' : 'live.resume')}
        </Button>
        <Button onClick={clear}>{t('live.clear')}</Button>
        <Button disabled={rows.length === 0} onClick={() => download(rows)}>
          {t('live.export')}
        </Button>
        <span aria-live="polite" className="live__state">
          <WatchStatus state={watch.state} isAway={watch.isAway} isOn={isOn} />
          {watch.hasGap && <Status tone="warning">{t('live.gap')}</Status>}
          {watch.dropped > 0 && <Status tone="warning">{t('live.dropped', { count: watch.dropped })}</Status>}
        </span>
      </form>
      <LiveRows
        key={`${clears} ${topic} ${wanted}`}
        rows={rows}
        empty={t(may ? 'live.empty' : 'live.emptyViewer')}
      />
      <PublishForm owner={owner} />
      <How path={path + query} cli={`${paths[owner.kind].cli} messages ${owner.id} --follow`} />
    </>
  );
}

function download(rows: readonly LiveRow[]): void {
  const lines = rows.map((row) => JSON.stringify(row.kind === 'message' ? row.message : row.refusal));
  saveFile('messages.ndjson', `${lines.join('\n')}\n`, 'application/x-ndjson');
}
