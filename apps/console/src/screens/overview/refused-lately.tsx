import { Link } from '@tanstack/react-router';
import { useTexts } from '../../i18n/texts.tsx';
import { adviceFor } from '../log/advice.ts';
import { ReasonList } from '../log/reasons.tsx';

const hourMs = 3_600_000;

/** Why clients were refused within the hour. */
export function RefusedLately({ folderId }: { folderId: string }) {
  const { t, why } = useTexts();
  return (
    <ReasonList
      caption={t('overview.refused')}
      folderId={folderId}
      spanMs={hourMs}
      reason={({ reason }) => (
        <>
          <Link to="/log" search={{ folder: folderId, reason }}>
            <span title={reason}>{why(reason).name}</span>
          </Link>
          <small className="rule">{t(adviceFor(reason))}</small>
        </>
      )}
    />
  );
}
