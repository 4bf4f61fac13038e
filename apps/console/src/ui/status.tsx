import { Label } from '@gravity-ui/uikit';
import type { ReactNode } from 'react';

export type Tone = 'success' | 'danger' | 'warning' | 'normal' | 'info';

export function Status({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <Label theme={tone} size="xs">
      {children}
    </Label>
  );
}
