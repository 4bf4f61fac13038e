import type { LiveSession } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { useTexts } from '../../../i18n/texts.tsx';
import { QueryView } from '../../../ui/layout/query-view.tsx';
import { visible } from '../../../ui/text/device-text.ts';
import { callsOf, type Owner } from '../owner.ts';

/** More are counted, not named. */
const mostNamed = 10;

interface Props {
  readonly owner: Owner;
  /** Does the session rest on the credential that goes? */
  readonly isOne: (session: LiveSession) => boolean;
}

/** Names the sessions that end with a credential. */
export function EndingSessions({ owner, isOne }: Props) {
  const { t } = useTexts();
  const query = useQuery({
    queryKey: ['sessions', owner.kind, owner.id],
    queryFn: callsOf(owner).sessions,
  });
  return (
    <>
      <p>{t('credentials.deleteEnds')}</p>
      <QueryView query={query}>{({ sessions }) => <Named sessions={sessions.filter(isOne)} />}</QueryView>
    </>
  );
}

function Named({ sessions }: { sessions: readonly LiveSession[] }) {
  const { t } = useTexts();
  if (sessions.length === 0) return <p>{t('credentials.noSessions')}</p>;
  return (
    <>
      <p>{t('credentials.endingSessions', { count: sessions.length })}</p>
      <ul>
        {sessions.slice(0, mostNamed).map(({ clientId, address, nodeId }) => (
          <li key={clientId + nodeId}>
            <code>{visible(clientId)}</code>, <code>{address}</code>
          </li>
        ))}
        {sessions.length > mostNamed && <li>…</li>}
      </ul>
    </>
  );
}
