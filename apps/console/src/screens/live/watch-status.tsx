import { useTexts } from '../../i18n/texts.tsx';
import { Status } from '../../ui/layout/status.tsx';
import type { StreamState } from './use-events.ts';

interface Props {
  readonly state: StreamState;
  /** There is no MQTT server. */
  readonly isAway: boolean;
  readonly isOn: boolean;
}

/** Says whether what happens is shown. */
export function WatchStatus({ state, isAway, isOn }: Props) {
  const { t } = useTexts();
  if (!isOn) return <Status tone="normal">{t('live.paused')}</Status>;
  if (state === 'open' && isAway) return <Status tone="danger">{t('live.away')}</Status>;
  const tones = { open: 'success', lost: 'warning', opening: 'normal', hidden: 'normal' } as const;
  return <Status tone={tones[state]}>{t(`live.${state}`)}</Status>;
}
