import { Button } from '@gravity-ui/uikit';
import type { LiveSession } from '@iotcore/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { ConfirmDialog } from '../../ui/forms/confirm-dialog.tsx';
import { How } from '../../ui/layout/how.tsx';
import { useColumns } from '../../ui/list/columns.tsx';
import { List } from '../../ui/list/list.tsx';
import { Identifier } from '../../ui/text/copy.tsx';
import { Time } from '../../ui/text/time.tsx';
import { CertificateEnd } from './credentials/certificate-end.tsx';
import { useCertificates } from './credentials/use-certificates.ts';
import { callsOf, type Owner, paths } from './owner.ts';

const refreshMs = 3000;

/** Who is connected as this resource now, and a way to end it. */
export function Sessions({ owner }: { owner: Owner }) {
  const { t } = useTexts();
  const { code } = useColumns();
  const { ext, cli } = paths[owner.kind];
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
        <Button
          disabled={!may || !query.data?.sessions.length}
          title={may ? undefined : t('may.editor')}
          onClick={() => setIsAsking(true)}
        >
          {t('sessions.disconnect')}
        </Button>
      </div>
      <List
        caption={t('sessions.title')}
        query={query}
        rows="sessions"
        rowKey={({ clientId, nodeId }) => clientId + nodeId}
        empty={<p>{t('sessions.none')}</p>}
        columns={[
          code('clientId', 'sessions.clientId', true),
          { id: 'since', title: t('sessions.since'), cell: ({ connectedAt }) => <Time at={connectedAt} /> },
          code('address', 'common.address'),
          {
            id: 'credential',
            title: t('sessions.credential'),
            cell: (session) => <Credential owner={owner} session={session} />,
          },
          { id: 'tls', title: 'TLS', cell: ({ tls }) => (tls ? 'TLS' : 'TCP') },
          code('nodeId', 'sessions.node'),
        ]}
      />
      <How path={`${ext}/${owner.id}/sessions`} cli={`${cli} sessions ${owner.id}`} />
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

/** Characters of a fingerprint that tell it from others at a glance. */
const fingerprintShown = 12;

interface CredentialProps {
  readonly owner: Owner;
  readonly session: LiveSession;
}

/** What opened a session, of a certificate with its end; of one that a server of the version before holds it is not known. */
function Credential({ owner, session: { passwordId, certificateFingerprint } }: CredentialProps) {
  const { t } = useTexts();
  const { data } = useCertificates(owner, certificateFingerprint !== undefined);
  if (passwordId) return <Identifier kind={t('credentials.password')} id={passwordId} />;
  if (!certificateFingerprint) return null;
  const shown = `${certificateFingerprint.slice(0, fingerprintShown)}…`;
  const one = data?.certificates.find(({ fingerprint }) => fingerprint === certificateFingerprint);
  return (
    <>
      <Identifier kind={t('credentials.certificate')} id={certificateFingerprint} shown={shown} />
      {one && (
        <span className="rule">
          {t('credentials.validUntil')} <CertificateEnd notAfter={one.notAfter} />
        </span>
      )}
    </>
  );
}
