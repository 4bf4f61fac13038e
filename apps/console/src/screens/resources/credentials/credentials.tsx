import { useQuery } from '@tanstack/react-query';
import { useMay } from '../../../app/folder.ts';
import { useTexts } from '../../../i18n/texts.tsx';
import { FormDialog } from '../../../ui/forms/form-dialog.tsx';
import { How } from '../../../ui/layout/how.tsx';
import { LinkButton } from '../../../ui/layout/link-button.tsx';
import { useColumns } from '../../../ui/list/columns.tsx';
import { OwnedList } from '../../../ui/list/owned-list.tsx';
import { useOpenRow } from '../../../ui/list/use-open-row.ts';
import { CodeBlock } from '../../../ui/text/copy.tsx';
import { visible } from '../../../ui/text/device-text.ts';
import { Time } from '../../../ui/text/time.tsx';
import { callsOf, type Owner, paths } from '../owner.ts';
import { CertificateEnd } from './certificate-end.tsx';
import { EndingSessions } from './ending-sessions.tsx';
import { PasswordDialog } from './password-dialog.tsx';
import { useCertificates } from './use-certificates.ts';

/** Certificates and passwords: what each opens, and what ends with it. */
export function Credentials({ owner }: { owner: Owner }) {
  const { api, cli } = paths[owner.kind];
  return (
    <>
      <Passwords owner={owner} />
      <Certificates owner={owner} />
      <How path={`${api}/${owner.id}/certificates`} cli={`${cli} certificate list ${owner.id}`} />
    </>
  );
}

function Passwords({ owner }: { owner: Owner }) {
  const { t } = useTexts();
  const { id, created } = useColumns();
  const calls = callsOf(owner);
  const query = useQuery({ queryKey: ['passwords', owner.kind, owner.id], queryFn: calls.passwords });
  return (
    <OwnedList
      title={t('credentials.passwords')}
      query={query}
      rows="passwords"
      rowKey={(one) => one.id}
      empty={t('credentials.noPasswords')}
      columns={[{ ...id, isWide: true }, created]}
      may={useMay('editor', owner.folderId)}
      addTitle={t('credentials.addPassword')}
      addDialog={(close) => <PasswordDialog owner={owner} onClose={close} />}
      remove={(one) => calls.deletePassword(one.id)}
      removeTitle={t('credentials.deletePassword')}
      removeEnds={(one) => <EndingSessions owner={owner} isOne={({ passwordId }) => passwordId === one.id} />}
    />
  );
}

function Certificates({ owner }: { owner: Owner }) {
  const { t } = useTexts();
  const { created } = useColumns();
  const [open, choose] = useOpenRow();
  const calls = callsOf(owner);
  const query = useCertificates(owner);
  const shown = query.data?.certificates.find(({ fingerprint }) => fingerprint === open);
  return (
    <>
      <OwnedList
        title={t('credentials.certificates')}
        query={query}
        rows="certificates"
        rowKey={({ fingerprint }) => fingerprint}
        empty={t('credentials.noCertificates')}
        columns={[
          {
            id: 'fingerprint',
            title: t('credentials.fingerprint'),
            isWide: true,
            cell: ({ fingerprint }) => (
              <LinkButton isOpen={open === fingerprint} onClick={() => choose(fingerprint)}>
                <code>{fingerprint}</code>
              </LinkButton>
            ),
          },
          {
            id: 'subject',
            title: t('credentials.subject'),
            cell: ({ subject = '' }) => <span className="device-text">{visible(subject)}</span>,
          },
          {
            id: 'begin',
            title: t('credentials.validFrom'),
            cell: ({ notBefore }) => <Time at={notBefore} />,
          },
          {
            id: 'end',
            title: t('credentials.validUntil'),
            cell: ({ notAfter }) => <CertificateEnd notAfter={notAfter} />,
          },
          created,
        ]}
        may={useMay('editor', owner.folderId)}
        addTitle={t('credentials.addCertificate')}
        addDialog={(close) => (
          <FormDialog
            title={t('credentials.addCertificate')}
            apply={t('common.add')}
            fields={[
              {
                name: 'certificateData',
                label: t('credentials.pem'),
                kind: 'code',
                note: t('credentials.pemNote'),
                placeholder: '-----BEGIN CERTIFICATE-----',
                accept: '.pem,.crt,.cer,.cert,.txt',
              },
            ]}
            run={({ certificateData = '' }) => calls.addCertificate(certificateData)}
            onClose={close}
          />
        )}
        remove={({ fingerprint }) => calls.deleteCertificate(fingerprint)}
        removeTitle={t('credentials.deleteCertificate')}
        removeEnds={(one) => (
          <EndingSessions
            owner={owner}
            isOne={({ certificateFingerprint }) => certificateFingerprint === one.fingerprint}
          />
        )}
      />
      {shown && <CodeBlock text={shown.certificateData} what={t('credentials.pem')} />}
    </>
  );
}
