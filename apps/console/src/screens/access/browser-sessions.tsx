import { Button } from '@gravity-ui/uikit';
import { deleteBrowserSessions, listBrowserSessions } from '@iotcore/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { noteSignedIn, sessionKey } from '../../api/session.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { visible } from '../../ui/device-text.ts';
import { QueryView } from '../../ui/query-view.tsx';
import { Status } from '../../ui/status.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';

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
      <QueryView query={query}>
        {({ sessions }) => (
          <Table
            caption={t('access.sessions')}
            rows={sessions}
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
        )}
      </QueryView>
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
