import { Button } from '@gravity-ui/uikit';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Identifier } from '../../ui/copy.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { callsOf, type Owner } from './owner.ts';
import { PasswordDialog } from './password-dialog.tsx';

type Open = 'certificate' | 'password' | { readonly certificate: string } | { readonly password: string };

/** Certificates and passwords: what each opens, and what ends with it. */
export function Credentials({ owner }: { owner: Owner }) {
  const { t } = useTexts();
  const may = useMay('editor', owner.folderId);
  const calls = callsOf(owner);
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<Open>();
  const close = () => {
    setOpen(undefined);
    void queryClient.invalidateQueries({ queryKey: ['credentials', owner.kind, owner.id] });
  };
  const certificates = useQuery({
    queryKey: ['credentials', owner.kind, owner.id, 'certificates'],
    queryFn: calls.certificates,
  });
  const passwords = useQuery({
    queryKey: ['credentials', owner.kind, owner.id, 'passwords'],
    queryFn: calls.passwords,
  });
  const add = (what: 'certificate' | 'password') => (
    <Button disabled={!may} title={may ? undefined : t('may.editor')} onClick={() => setOpen(what)}>
      {t(what === 'certificate' ? 'credentials.addCertificate' : 'credentials.addPassword')}
    </Button>
  );
  return (
    <>
      <div className="section-head">
        <h2>{t('credentials.passwords')}</h2>
        {add('password')}
      </div>
      <QueryView query={passwords}>
        {(rows) => (
          <Table
            caption={t('credentials.passwords')}
            rows={rows}
            rowKey={({ id }) => id}
            empty={<p>{t('credentials.noPasswords')}</p>}
            columns={[
              { id: 'id', title: t('common.id'), isWide: true, cell: ({ id }) => <Identifier id={id} /> },
              { id: 'created', title: t('common.created'), cell: ({ createdAt }) => <Time at={createdAt} /> },
              {
                id: 'actions',
                title: t('common.actions'),
                isActions: true,
                cell: ({ id }) => (
                  <Button
                    size="s"
                    view="flat-danger"
                    disabled={!may}
                    onClick={() => setOpen({ password: id })}
                  >
                    {t('common.delete')}
                  </Button>
                ),
              },
            ]}
          />
        )}
      </QueryView>
      <div className="section-head">
        <h2>{t('credentials.certificates')}</h2>
        {add('certificate')}
      </div>
      <QueryView query={certificates}>
        {(rows) => (
          <Table
            caption={t('credentials.certificates')}
            rows={rows}
            rowKey={({ fingerprint }) => fingerprint}
            empty={<p>{t('credentials.noCertificates')}</p>}
            columns={[
              {
                id: 'fingerprint',
                title: t('credentials.fingerprint'),
                isWide: true,
                cell: ({ fingerprint }) => <Identifier id={fingerprint} />,
              },
              { id: 'created', title: t('common.created'), cell: ({ createdAt }) => <Time at={createdAt} /> },
              {
                id: 'actions',
                title: t('common.actions'),
                isActions: true,
                cell: ({ fingerprint }) => (
                  <Button
                    size="s"
                    view="flat-danger"
                    disabled={!may}
                    onClick={() => setOpen({ certificate: fingerprint })}
                  >
                    {t('common.delete')}
                  </Button>
                ),
              },
            ]}
          />
        )}
      </QueryView>
      {open === 'password' && <PasswordDialog owner={owner} onClose={close} />}
      {open === 'certificate' && (
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
      {typeof open === 'object' && (
        <ConfirmDialog
          title={t('password' in open ? 'credentials.deletePassword' : 'credentials.deleteCertificate')}
          apply={t('common.delete')}
          run={() =>
            'password' in open
              ? calls.deletePassword(open.password)
              : calls.deleteCertificate(open.certificate)
          }
          onClose={close}
        >
          <p>{t('credentials.deleteEnds')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
