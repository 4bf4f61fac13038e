import { findCertificates } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../../api/client.ts';
import { callsOf, type Owner } from '../owner.ts';

/** More than a resource may have. */
const mostCertificates = 1000;

/** The certificates of a resource. */
export function useCertificates(owner: Owner, isOn = true) {
  return useQuery({
    queryKey: ['certificates', owner.kind, owner.id],
    queryFn: () => certificatesOf(owner),
    enabled: isOn,
  });
}

/** As they were given, each with what it says of itself. */
async function certificatesOf(owner: Owner) {
  const query = { folderId: owner.folderId, resourceId: owner.id, pageSize: mostCertificates };
  const [given, read] = await Promise.all([
    callsOf(owner).certificates(),
    ask(findCertificates({ client, query })),
  ]);
  const facts = new Map(read.certificates.map((one) => [one.fingerprint, one]));
  const certificates = given.certificates.map(({ fingerprint, ...one }) => {
    const { subject, notBefore, notAfter } = facts.get(fingerprint) ?? {};
    return { ...one, fingerprint, subject, notBefore, notAfter };
  });
  return { certificates };
}
