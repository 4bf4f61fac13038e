import { SegmentedRadioGroup } from '@gravity-ui/uikit';
import { useState } from 'react';
import { useTexts } from '../../i18n/texts.tsx';
import { CodeBlock } from '../../ui/text/copy.tsx';
import { type CommandKind, commandFor, commandKinds } from './commands.ts';
import type { Owner } from './owner.ts';

/** How to connect as this resource, to copy. `password`: one that was just made; otherwise a place for it. */
export function ConnectCommands({ owner, password = 'PASSWORD' }: { owner: Owner; password?: string }) {
  const { t } = useTexts();
  const [kind, setKind] = useState<CommandKind>('mosquitto');
  return (
    <section aria-label={t('connect.title')}>
      <h2>{t('connect.title')}</h2>
      <p className="none">{t(`connect.${owner.kind}`)}</p>
      <SegmentedRadioGroup
        aria-label={t('connect.title')}
        value={kind}
        onUpdate={setKind}
        options={commandKinds.map((one) => ({ value: one.id, content: one.title }))}
      />
      <CodeBlock text={commandFor(kind, owner, password)} what={kind} />
      <small className="none">{t('connect.ca')}</small>
    </section>
  );
}
