import { Button } from '@gravity-ui/uikit';
import { deleteBrowserSessions, listBrowserSessions } from '@iotcore/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { noteSignedIn, sessionKey } from '../../api/session.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { ConfirmDialog } from '../../ui/forms/confirm-dialog.tsx';
import { How } from '../../ui/layout/how.tsx';
import { Status } from '../../ui/layout/status.tsx';
import { List } from '../../ui/list/list.tsx';
import { visible } from '../../ui/text/device-text.ts';
import { Time } from '../../ui/text/time.tsx';

/** Where one's own account is signed in. */
export function BrowserSessions() {
  const { t } = useTexts();
  const queryClient = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const query = useQuery({
    queryKey: ['browser sessions'],
    queryFn: () => ask(listBrowserSessions({ client })),
  });
  return (
    <>
      <div className="filters">
        <Button view="outlined-danger" onClick={() => setIsAsking(true)}>
          {t('access.signOutEverywhere')}
        </Button>
      </div>
      <List
        caption={t('access.sessions')}
        query={query}
        rows="sessions"
        rowKey={({ id }) => id}
        empty={<p>{t('common.none')}</p>}
        columns={[
          {
            id: 'agent',
            title: t('access.browser'),
            isWide: true,
            cell: ({ userAgent = '', isCurrent }) => (
              <>
                {visible(userAgent)} {isCurrent && <Status tone="info">{t('access.thisOne')}</Status>}
              </>
            ),
          },
          { id: 'from', title: t('common.address'), cell: ({ remoteIp }) => <code>{remoteIp}</code> },
          { id: 'since', title: t('common.created'), cell: ({ createdAt }) => <Time at={createdAt} /> },
          { id: 'used', title: t('access.used'), cell: ({ usedAt }) => <Time at={usedAt} /> },
        ]}
      />
      <How path="/ext/v1/sessions" />
      {isAsking && (
        <ConfirmDialog
          title={t('access.signOutEverywhere')}
          apply={t('access.signOutEverywhere')}
          run={async () => {
            await ask(deleteBrowserSessions({ client }));
            noteSignedIn(false);
            queryClient.setQueryData(sessionKey, null);
          }}
          onClose={() => setIsAsking(false)}
        >
          <p>{t('access.signOutEnds')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
