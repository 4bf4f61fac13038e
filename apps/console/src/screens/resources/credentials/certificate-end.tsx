import { useTexts } from '../../../i18n/texts.tsx';
import { Status } from '../../../ui/layout/status.tsx';
import { Time } from '../../../ui/text/time.tsx';

/** So long before its end a certificate is one to be replaced, in ms: time enough to bring a new one to a device. */
export const soonMs = 30 * 86_400_000;

/** Until when a certificate is valid, and whether that is over or soon. */
export function CertificateEnd({ notAfter }: { notAfter: string | undefined }) {
  const { t } = useTexts();
  const left = notAfter === undefined ? Number.POSITIVE_INFINITY : Date.parse(notAfter) - Date.now();
  return (
    <>
      <Time at={notAfter} /> {left <= 0 && <Status tone="danger">{t('credentials.ended')}</Status>}
      {left > 0 && left <= soonMs && <Status tone="warning">{t('credentials.endsSoon')}</Status>}
    </>
  );
}
