import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { FormDialog } from '../../ui/forms/form-dialog.tsx';
import { LinkButton } from '../../ui/layout/link-button.tsx';
import { useColumns } from '../../ui/list/columns.tsx';
import { OwnedList } from '../../ui/list/owned-list.tsx';
import { CodeBlock } from '../../ui/text/copy.tsx';
import { callsOf, type Owner } from './owner.ts';
import { PasswordDialog } from './password-dialog.tsx';

/** Certificates and passwords: what each opens, and what ends with it. */
export function Credentials({ owner }: { owner: Owner }) {
  return (
    <>
      <Passwords owner={owner} />
      <Certificates owner={owner} />
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
      removeEnds={t('credentials.deleteEnds')}
    />
  );
}

function Certificates({ owner }: { owner: Owner }) {
  const { t } = useTexts();
  const { created } = useColumns();
  const [open, setOpen] = useState<string>();
  const calls = callsOf(owner);
  const query = useQuery({ queryKey: ['certificates', owner.kind, owner.id], queryFn: calls.certificates });
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
              <LinkButton isOpen={open === fingerprint} onClick={() => setOpen(fingerprint)}>
                <code>{fingerprint}</code>
              </LinkButton>
            ),
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
              },
            ]}
            run={({ certificateData = '' }) => calls.addCertificate(certificateData)}
            onClose={close}
          />
        )}
        remove={({ fingerprint }) => calls.deleteCertificate(fingerprint)}
        removeTitle={t('credentials.deleteCertificate')}
        removeEnds={t('credentials.deleteEnds')}
      />
      {shown && <CodeBlock text={shown.certificateData} what={t('credentials.pem')} />}
    </>
  );
}
