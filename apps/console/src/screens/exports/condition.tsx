import type { ExportState } from '@iotcore/sdk';
import { useTexts } from '../../i18n/texts.tsx';
import { Status, type Tone } from '../../ui/layout/status.tsx';

const tones: Readonly<Record<ExportState['state'], Tone>> = {
  ...{ DELIVERING: 'success', IDLE: 'success', RETRYING: 'warning' },
  ...{ MISCONFIGURED: 'danger', FULL: 'danger', PAUSED: 'normal' },
};

export function Condition({ state }: { state: ExportState | undefined }) {
  const { t } = useTexts();
  if (!state) return null;
  return <Status tone={tones[state.state]}>{t(`condition.${state.state}`)}</Status>;
}
