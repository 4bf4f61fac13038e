import { Button } from '@gravity-ui/uikit';
import { getInstallation } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { Facts } from '../../ui/layout/facts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { QueryView } from '../../ui/layout/query-view.tsx';
import { Table } from '../../ui/list/table.tsx';
import { CodeBlock } from '../../ui/text/copy.tsx';
import { saveFile } from '../../ui/text/save.ts';

/** What a client must know to connect: where, by which name, whom to trust, within which limits. */
export function Addresses() {
  const { t, language } = useTexts();
  const query = useQuery({ queryKey: ['installation'], queryFn: () => ask(getInstallation({ client })) });
  return (
    <>
      <QueryView query={query}>
        {({ version, listeners, tlsNames, caCertificate, limits }) => (
          <>
            <Facts
              facts={[
                [t('nodes.version'), version],
                ...Object.entries(listeners).map(
                  ([protocol, address]) =>
                    [
                      `${t('settings.listeners')}, ${protocol}`,
                      <code key={protocol}>{address}</code>,
                    ] as const,
                ),
                [t('settings.names'), tlsNames.join(', ') || undefined],
              ]}
            />
            <div className="section-head">
              <h2>{t('settings.ca')}</h2>
              {caCertificate !== undefined && (
                <Button onClick={() => saveFile('ca.crt', caCertificate, 'application/x-pem-file')}>
                  {t('settings.saveCa')}
                </Button>
              )}
            </div>
            {caCertificate === undefined ? (
              <p>{t('settings.ownCa')}</p>
            ) : (
              <CodeBlock text={caCertificate} what="ca.crt" />
            )}
            <h2>{t('settings.limits')}</h2>
            <Table
              caption={t('settings.limits')}
              rows={Object.entries(limits)}
              rowKey={([name]) => name}
              empty={<p>{t('common.none')}</p>}
              columns={[
                {
                  id: 'name',
                  title: t('settings.limit'),
                  isWide: true,
                  cell: ([name]) => <code>{name}</code>,
                },
                {
                  id: 'value',
                  title: t('settings.value'),
                  isNumber: true,
                  cell: ([, value]) => value.toLocaleString(language),
                },
              ]}
            />
          </>
        )}
      </QueryView>
      <How path="/ext/v1/installation" cli="status" />
    </>
  );
}
