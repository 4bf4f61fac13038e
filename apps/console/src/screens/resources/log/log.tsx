import { Switch } from '@gravity-ui/uikit';
import type { LogEntry } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTexts } from '../../../i18n/texts.tsx';
import { How } from '../../../ui/layout/how.tsx';
import { Status } from '../../../ui/layout/status.tsx';
import { ChoiceFilter } from '../../../ui/list/choice-filter.tsx';
import { List } from '../../../ui/list/list.tsx';
import { visible } from '../../../ui/text/device-text.ts';
import { ExactTime } from '../../../ui/text/time.tsx';
import { WatchStatus } from '../../live/watch-status.tsx';
import { callsOf, type Owner, paths } from '../owner.ts';
import { withKeys } from './log-lines.ts';
import { useNewLines } from './use-new-lines.ts';

const levels = ['INFO', 'WARN', 'ERROR'] as const;
const tones = { INFO: 'normal', WARN: 'warning', ERROR: 'danger' } as const;
/** How often the newest lines are asked for while no stream brings them, in ms. */
const refreshMs = 3000;

/** The connection log of a resource: what came, what was refused, and by which rule. New lines come as they are written. */
export function Log({ owner }: { owner: Owner }) {
  const { t, say, why } = useTexts();
  const { level, reason, page } = useSearch({ from: '__root__' });
  const [isFollowed, setIsFollowed] = useState(false);
  const chosen = levels.find((one) => one === level);
  const isNewest = page === undefined;
  const { lines, state, isAway } = useNewLines(owner, isNewest);
  const query = useQuery({
    queryKey: ['log', owner.kind, owner.id, chosen, reason, page],
    queryFn: async () => {
      const found = await callsOf(owner).log({ level: chosen, reason, pageSize: 100, pageToken: page });
      return { ...found, entries: withKeys(found.entries) };
    },
    refetchInterval: isNewest && state !== 'open' ? refreshMs : false,
  });
  const isWanted = (line: LogEntry) =>
    (chosen === undefined || severity(line.level) >= severity(chosen)) &&
    (reason === undefined || line.reason === reason);
  const newer = isNewest ? withKeys(lines.filter(isWanted)) : [];
  const reasons = [...newer, ...(query.data?.entries ?? [])].flatMap((line) => line.reason ?? []);
  const { ext, cli } = paths[owner.kind];
  return (
    <>
      <div className="filters">
        <ChoiceFilter
          name="level"
          label={t('log.level')}
          value={chosen}
          options={withChosen(chosen, levels)}
        />
        <ChoiceFilter
          name="reason"
          label={t('refusals.reason')}
          value={reason}
          options={withChosen(reason, reasons)}
          nameOf={(code) => why(code).name}
        />
        <Switch
          checked={isFollowed}
          disabled={!isNewest}
          onUpdate={setIsFollowed}
          content={t('log.follow')}
        />
        {isNewest && (
          <span aria-live="polite" className="live__state">
            <WatchStatus state={state} isAway={isAway} isOn />
          </span>
        )}
      </div>
      <List
        caption={t('log.title')}
        query={query}
        rows="entries"
        rowKey={({ key }) => key}
        empty={<p>{t('log.empty')}</p>}
        columns={[
          { id: 'at', title: t('common.time'), cell: ({ at }) => <ExactTime at={at} /> },
          {
            id: 'level',
            title: t('log.level'),
            cell: (line) => <Status tone={tones[line.level as 'INFO'] ?? 'normal'}>{line.level}</Status>,
          },
          {
            id: 'message',
            title: t('log.message'),
            isWidest: true,
            cell: ({ message, reason, rule }) => (
              <>
                <span className="device-text" title={visible(message)}>
                  {visible(say(message))}
                </span>
                {rule && <small className="rule">{why(reason ?? '', rule).rule}</small>}
              </>
            ),
          },
        ]}
        isPaged
        isLive
        isFollowed={isFollowed}
        newer={newer}
      />
      <How path={`${ext}/${owner.id}/logs`} cli={`${cli} logs ${owner.id} --follow`} />
    </>
  );
}

function severity(level: string): number {
  return (levels as readonly string[]).indexOf(level);
}

/** The chosen one is an option though no line that is shown has it. */
function withChosen(chosen: string | undefined, options: readonly string[]): string[] {
  return [...new Set([...(chosen === undefined ? [] : [chosen]), ...options])];
}
