import { Progress as Bar } from '@gravity-ui/uikit';
import type { RegistryMigration } from '@iotcore/sdk';
import { useTexts } from '../../i18n/texts.tsx';
import { Facts } from '../../ui/layout/facts.tsx';
import { Status } from '../../ui/layout/status.tsx';
import { Time } from '../../ui/text/time.tsx';

/** A bar for how many devices were seen here. */
export function ProgressBar({
  registry: { seen, devices, name, registryId },
}: {
  registry: RegistryMigration;
}) {
  const { t } = useTexts();
  return (
    <div className="progress">
      <Bar value={devices === 0 ? 0 : (100 * seen) / devices} size="xs" aria-label={name || registryId} />
      {seen === devices && devices > 0 && <Status tone="success">{t('migration.allSeen')}</Status>}
    </div>
  );
}

/** How far a registry has come, in figures. */
export function Progress({ registry }: { registry: RegistryMigration }) {
  const { t } = useTexts();
  const { devices, seen, notSeen, withoutCredential, adopted, adoption } = registry;
  return (
    <>
      <ProgressBar registry={registry} />
      <Estimate registry={registry} />
      <Facts
        facts={[
          [t('nav.devices'), devices],
          [t('migration.seen'), seen],
          [t('migration.notSeen'), notSeen],
          [t('migration.without'), withoutCredential],
          [t('migration.adopted'), adopted],
          [
            t('migration.adoption'),
            adoption ? (
              <span key="adoption">
                <Time at={adoption.endsAt} /> {adoption.networks.join(', ')}
              </span>
            ) : (
              t('migration.off')
            ),
          ],
        ]}
      />
    </>
  );
}

const dayMs = 86_400_000;
/** An estimate beyond says nothing. */
const mostDays = 365;

/** When all will be here, if devices go on coming as fast as lately. */
function Estimate({ registry: { notSeen, seenLastDay } }: { registry: RegistryMigration }) {
  const { t, language } = useTexts();
  const days = notSeen / seenLastDay;
  if (notSeen === 0 || !(days <= mostDays)) return null;
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'long' }).format(Date.now() + days * dayMs);
  return <p>{t('migration.estimate', { date })}</p>;
}
