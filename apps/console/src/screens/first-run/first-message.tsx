import { Alert } from '@gravity-ui/uikit';
import { listRefusedClients } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';
import { useFolder } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { visible } from '../../ui/text/device-text.ts';
import { Payload } from '../../ui/text/payload.tsx';
import { useWatch } from '../live/use-watch.ts';
import { Why } from '../log/why.tsx';

const refreshMs = 1000;

/** Waits for the first message of a device; or says why it was refused. */
export function FirstMessage({ registryId, deviceId }: { registryId: string; deviceId: string }) {
  const { t } = useTexts();
  const folderId = useFolder();
  const { rows } = useWatch(`/ext/v1/registries/${registryId}/messages:watch`, true);
  const message = rows.findLast((row) => row.kind === 'message');
  const refused = useQuery({
    queryKey: ['refused', deviceId],
    queryFn: () => ask(listRefusedClients({ client, query: { folderId, claimedId: deviceId, pageSize: 1 } })),
    refetchInterval: refreshMs,
    enabled: message === undefined,
  });
  const [refusal] = refused.data?.refusedClients ?? [];
  return (
    <div aria-live="polite">
      {message?.kind === 'message' ? (
        <>
          <Alert theme="success" title={t('firstRun.arrived')} message={visible(message.message.topic)} />
          <Payload data={message.message.payload ?? ''} size={message.message.size} />
        </>
      ) : refusal ? (
        <Why refusal={refusal} />
      ) : (
        <p>{t('firstRun.waiting')}</p>
      )}
    </div>
  );
}
