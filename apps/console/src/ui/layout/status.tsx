import { Label } from '@gravity-ui/uikit';
import type { ReactNode } from 'react';
import { useTexts } from '../../i18n/texts.tsx';

export type Tone = 'success' | 'danger' | 'warning' | 'normal' | 'info';

export function Status({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <Label theme={tone} size="xs">
      {children}
    </Label>
  );
}

export function OnOff({ isOn }: { isOn: boolean }) {
  const { t } = useTexts();
  return <Status tone={isOn ? 'success' : 'normal'}>{t(isOn ? 'status.on' : 'status.off')}</Status>;
}
