import { Alert } from '@gravity-ui/uikit';
import type { RefusedClient } from '@iotcore/sdk';
import type { TextKey } from '../../i18n/keys.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { visible } from '../../ui/text/device-text.ts';
import { Time } from '../../ui/text/time.tsx';
import { WhoHears } from '../resources/connect/who-hears.tsx';
import { adviceFor } from './advice.ts';

/** Why a client was refused, with the rule in a sentence, and what to do. */
export function Why({ refusal }: { refusal: RefusedClient }) {
  const { t, why } = useTexts();
  const { reason, detail, address, clientId, count, lastTime } = refusal;
  const advice: TextKey = adviceFor(reason);
  return (
    <Alert
      theme="warning"
      title={why(reason, refusal.rule).rule}
      message={
        <>
          {detail && <p className="device-text">{visible(detail)}</p>}
          <p>{t(advice)}</p>
          <small>
            {t('why.times', { count })} <Time at={lastTime} /> · {address}
            {clientId && ` · ${visible(clientId)}`}
          </small>
          {advice === 'advice.topic' && <WhoHears isOpen />}
        </>
      }
    />
  );
}
