import { Alert } from '@gravity-ui/uikit';
import { useTexts } from '../../i18n/texts.tsx';
import { useNodes } from './use-nodes.ts';

/** Says that no MQTT server is there, until one is. */
export function NoMqtt() {
  const { t } = useTexts();
  const { data } = useNodes();
  const isAway = data !== undefined && !data.nodes.some(({ kind, ready }) => kind === 'MQTT' && ready);
  return (
    <div aria-live="polite">
      {isAway && <Alert theme="warning" className="trouble" message={t('nodes.noMqtt')} />}
    </div>
  );
}
