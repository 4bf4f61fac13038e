import { Link } from '@tanstack/react-router';
import { useTexts } from '../../i18n/texts.tsx';
import { List } from '../../ui/list/list.tsx';
import { adviceFor } from '../log/advice.ts';
import { useReasonColumns, useReasons } from '../log/reasons.tsx';

const hourMs = 3_600_000;

/** Why clients were refused within the hour. */
export function RefusedLately({ folderId }: { folderId: string }) {
  const { t } = useTexts();
  const { lines, who, last } = useReasonColumns();
  const query = useReasons(folderId, hourMs);
  return (
    <List
      caption={t('overview.refused')}
      query={query}
      rows="reasons"
      rowKey={({ reason }) => reason}
      empty={<p>{t('refusals.none')}</p>}
      columns={[
        lines,
        {
          id: 'reason',
          title: t('refusals.reason'),
          isWide: true,
          cell: ({ reason }) => (
            <>
              <Link to="/log">{reason}</Link>
              <small className="rule">{t(adviceFor(reason))}</small>
            </>
          ),
        },
        who,
        last,
      ]}
    />
  );
}
