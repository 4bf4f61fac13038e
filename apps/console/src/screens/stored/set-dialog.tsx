import { getDevice, publishDeviceData, publishRegistryData } from '@iotcore/sdk';
import { useQueryClient } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { FormDialog } from '../../ui/forms/form-dialog.tsx';
import { encodeBase64 } from '../../ui/text/device-text.ts';
import type { Keeper } from './keeper.ts';

interface Props {
  readonly owner: Keeper;
  readonly topic: string;
  readonly onClose: () => void;
}

/** Sets what a permanent topic holds: by publishing on it, as who may. */
export function SetDialog({ owner, topic, onClose }: Props) {
  const { t } = useTexts();
  const queryClient = useQueryClient();
  return (
    <FormDialog
      title={t('stored.set')}
      apply={t('stored.set')}
      note={<p className="none">{t('stored.setNote')}</p>}
      fields={[
        { name: 'data', label: t('payload.payload'), kind: 'code' },
        { name: 'topic', label: t('common.topic') },
      ]}
      initial={{ topic }}
      run={async ({ topic: chosen = '', data = '' }) => {
        await publish(owner, chosen, encodeBase64(data));
        await queryClient.invalidateQueries({ queryKey: ['stored', owner.id] });
      }}
      onClose={onClose}
    />
  );
}

/** The state of a device comes from the device itself, everything else from its registry. */
async function publish({ kind, id }: Keeper, topic: string, data: string): Promise<unknown> {
  const body = { topic, data };
  const [, namedDevice] = /^\$devices\/([^/]+)\/state(?:\/|$)/.exec(topic) ?? [];
  const deviceId = namedDevice ?? (kind === 'device' && /\/state(?:\/|$)/.test(topic) ? id : undefined);
  if (deviceId !== undefined) return ask(publishDeviceData({ client, path: { deviceId }, body }));
  const registryId =
    kind === 'registry' ? id : (await ask(getDevice({ client, path: { deviceId: id } }))).registryId;
  return ask(publishRegistryData({ client, path: { registryId }, body }));
}
