import { Button } from '@gravity-ui/uikit';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { visible } from '../../ui/device-text.ts';
import { QueryView } from '../../ui/query-view.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { callsOf, type Owner } from './owner.ts';

const refreshMs = 3000;

/** Who is connected as this resource now, and a way to end it. */
export function Sessions({ owner }: { owner: Owner }) {
  const { t } = useTexts();
  const may = useMay('editor', owner.folderId);
  const queryClient = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const query = useQuery({
    queryKey: ['sessions', owner.kind, owner.id],
    queryFn: callsOf(owner).sessions,
    refetchInterval: refreshMs,
  });
  return (
    <>
      <div className="section-head">
        <h2>{t('sessions.title')}</h2>
        <Button disabled={!may || !query.data?.length} onClick={() => setIsAsking(true)}>
          {t('sessions.disconnect')}
        </Button>
      </div>
      <QueryView query={query}>
        {(sessions) => (
          <Table
            caption={t('sessions.title')}
            rows={sessions}
            rowKey={({ clientId, nodeId }) => clientId + nodeId}
            empty={<p>{t('sessions.none')}</p>}
            columns={[
              {
                id: 'client',
                title: t('sessions.clientId'),
                isWide: true,
                cell: ({ clientId }) => <code>{visible(clientId)}</code>,
              },
              {
                id: 'since',
                title: t('sessions.since'),
                cell: ({ connectedAt }) => <Time at={connectedAt} />,
              },
              { id: 'from', title: t('common.address'), cell: ({ address }) => <code>{address}</code> },
              { id: 'tls', title: 'TLS', cell: ({ tls }) => (tls ? 'TLS' : 'TCP') },
              { id: 'node', title: t('sessions.node'), cell: ({ nodeId }) => <code>{nodeId}</code> },
            ]}
          />
        )}
      </QueryView>
      {isAsking && (
        <ConfirmDialog
          title={t('sessions.disconnect')}
          apply={t('sessions.disconnect')}
          run={async () => {
            await callsOf(owner).disconnect();
            await queryClient.invalidateQueries({ queryKey: ['sessions'] });
          }}
          onClose={() => setIsAsking(false)}
        >
          <p>{t('sessions.disconnectEnds')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
