import { Select } from '@gravity-ui/uikit';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Search } from '../../app/search.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { Status } from '../../ui/layout/status.tsx';
import { List } from '../../ui/list/list.tsx';
import { visible } from '../../ui/text/device-text.ts';
import { ExactTime } from '../../ui/text/time.tsx';
import { callsOf, type Owner, paths } from './owner.ts';

const levels = ['INFO', 'WARN', 'ERROR'] as const;
const tones = { INFO: 'normal', WARN: 'warning', ERROR: 'danger' } as const;
/** New lines show within this time, in ms, where the first page is looked at. */
const refreshMs = 3000;

/** The connection log of a resource: what came, what was refused, and by which rule. */
export function Log({ owner }: { owner: Owner }) {
  const { t } = useTexts();
  const { level, reason, page } = useSearch({ from: '__root__' });
  const navigate = useNavigate();
  const chosen = levels.find((one) => one === level);
  const query = useQuery({
    queryKey: ['log', owner.kind, owner.id, chosen, reason, page],
    queryFn: () => callsOf(owner).log({ level: chosen, reason, pageSize: 100, pageToken: page }),
    refetchInterval: page === undefined ? refreshMs : false,
  });
  const { ext, cli } = paths[owner.kind];
  return (
    <>
      <div className="filters">
        <Select
          aria-label={t('log.level')}
          label={t('log.level')}
          value={[chosen ?? '']}
          options={[
            { value: '', content: t('common.all') },
            ...levels.map((one) => ({ value: one, content: one })),
          ]}
          onUpdate={([one]) =>
            void navigate({
              to: '.',
              search: (before: Search) => ({ ...before, level: one, page: undefined }),
            })
          }
        />
      </div>
      <List
        caption={t('log.title')}
        query={query}
        rows="entries"
        rowKey={({ at, message }) => at + message}
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
            isWide: true,
            cell: ({ message, rule }) => (
              <>
                <span className="device-text">{visible(message)}</span>
                {rule && <small className="rule">{rule}</small>}
              </>
            ),
          },
        ]}
        isPaged
        isLive
      />
      <How path={`${ext}/${owner.id}/logs`} cli={`${cli} logs ${owner.id}`} />
    </>
  );
}
