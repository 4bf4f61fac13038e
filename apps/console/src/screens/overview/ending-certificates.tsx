import { type FoundCertificate, findCertificates } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { List } from '../../ui/list/list.tsx';
import { visible } from '../../ui/text/device-text.ts';
import { CertificateEnd, soonMs } from '../resources/credentials/certificate-end.tsx';

const refreshMs = 60_000;
/** Those that end first: when they are replaced, others take their place. */
const shown = 20;

const places = { REGISTRY: '/registries/', DEVICE: '/devices/', BROKER: '/brokers/' } as const;
const kinds = { REGISTRY: 'kind.registry', DEVICE: 'kind.device', BROKER: 'kind.broker' } as const;

/** Certificates that run out soon, or have: their clients are refused from then on. */
export function EndingCertificates({ folderId }: { folderId: string }) {
  const { t } = useTexts();
  const query = useQuery({
    queryKey: ['ending certificates', folderId],
    queryFn: () => {
      const endsBefore = new Date(Date.now() + soonMs).toISOString();
      return ask(findCertificates({ client, query: { folderId, endsBefore, pageSize: shown } }));
    },
    refetchInterval: refreshMs,
  });
  return (
    <List
      caption={t('overview.certificates')}
      query={query}
      rows="certificates"
      rowKey={({ fingerprint }) => fingerprint}
      empty={<p>{t('overview.noEnding')}</p>}
      columns={[
        { id: 'owner', title: t('common.name'), isWide: true, cell: (one) => <OwnerLink {...one} /> },
        { id: 'kind', title: t('common.kind'), cell: ({ resourceKind }) => t(kinds[resourceKind]) },
        {
          id: 'subject',
          title: t('credentials.subject'),
          cell: ({ subject }) => <span className="device-text">{visible(subject)}</span>,
        },
        {
          id: 'end',
          title: t('credentials.validUntil'),
          cell: ({ notAfter }) => <CertificateEnd notAfter={notAfter} />,
        },
      ]}
    />
  );
}

function OwnerLink({ resourceKind, resourceId, resourceName }: FoundCertificate) {
  return (
    <Link to={`${places[resourceKind]}${resourceId}` as '/'} search={{ tab: 'credentials' }}>
      {visible(resourceName || resourceId)}
    </Link>
  );
}
