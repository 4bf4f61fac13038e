import { getMigrationStatus } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { QueryView } from '../../ui/layout/query-view.tsx';
import { Adoption } from '../moving-in/adoption.tsx';
import { Progress } from '../moving-in/progress.tsx';

/** Whether the passwords that devices show first are taken, with the warning; and how far the registry has moved in. */
export function PasswordAdoption({ registryId }: { registryId: string }) {
  const { t } = useTexts();
  const query = useQuery({
    queryKey: ['migration', 'of registry', registryId],
    queryFn: () => ask(getMigrationStatus({ client, query: { registryId } })),
  });
  return (
    <>
      <p className="none">{t('migration.adoptNote')}</p>
      <QueryView query={query}>
        {({ registries: [registry] }) =>
          registry && (
            <>
              <div className="filters">
                <Adoption registry={registry} />
                <Link to="/moving-in/$registryId" params={{ registryId }}>
                  {t('migration.toDevices')}
                </Link>
              </div>
              <Progress registry={registry} />
            </>
          )
        }
      </QueryView>
      <How
        path={`/ext/v1/migrationStatus?registryId=${registryId}`}
        cli={`migrate status --registry-id ${registryId}`}
      />
    </>
  );
}
