import { listExportAttempts } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { List } from '../../ui/list/list.tsx';
import { visible } from '../../ui/text/device-text.ts';
import { ExactTime } from '../../ui/text/time.tsx';

const refreshMs = 3000;
const outcomes = ['DONE', 'REFUSED', 'AWAY', 'MISCONFIGURED'] as const;

/** The last attempts to deliver, with what the target said. */
export function Attempts({ exportId, folderId }: { exportId: string; folderId: string }) {
  const { t, say } = useTexts();
  const query = useQuery({
    queryKey: ['export', exportId, 'attempts'],
    queryFn: () => ask(listExportAttempts({ client, path: { exportId } })),
    refetchInterval: refreshMs,
  });
  return (
    <>
      <List
        caption={t('exports.attempts')}
        query={query}
        rows="attempts"
        rowKey={({ at, firstPosition }) => at + firstPosition}
        empty={<p>{t('exports.noAttempts')}</p>}
        columns={[
          { id: 'at', title: t('common.time'), cell: ({ at }) => <ExactTime at={at} /> },
          {
            id: 'outcome',
            title: t('exports.outcome'),
            cell: ({ outcome, status }) =>
              `${isOutcome(outcome) ? t(`outcome.${outcome}`) : outcome} ${status ?? ''}`,
          },
          {
            id: 'ms',
            title: t('exports.milliseconds'),
            isNumber: true,
            cell: ({ milliseconds }) => milliseconds,
          },
          {
            id: 'answer',
            title: t('exports.answer'),
            isWide: true,
            cell: ({ error = '', answer = '' }) => (
              <span className="device-text">{visible(`${say(error)} ${answer}`)}</span>
            ),
          },
        ]}
        isLive
      />
      <How
        path={`/ext/v1/exports/${exportId}/attempts`}
        cli={`export attempts ${exportId} --folder-id ${folderId}`}
      />
    </>
  );
}

/** A newer export process may know others. */
function isOutcome(name: string): name is (typeof outcomes)[number] {
  return outcomes.some((one) => one === name);
}
