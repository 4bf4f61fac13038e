import { Button, SegmentedRadioGroup } from '@gravity-ui/uikit';
import { useState } from 'react';
import { useTexts } from '../../../i18n/texts.tsx';
import { CodeBlock } from '../../../ui/text/copy.tsx';
import { saveFile } from '../../../ui/text/save.ts';
import type { Owner } from '../owner.ts';
import { type CommandKind, commandFor, commandKinds } from './commands.ts';
import { useServer } from './use-server.ts';
import { WhoHears } from './who-hears.tsx';

/** How to connect as this resource, to copy. `password`: one that was just made; otherwise a place for it. */
export function ConnectCommands({ owner, password = 'PASSWORD' }: { owner: Owner; password?: string }) {
  const { t } = useTexts();
  const server = useServer();
  const { ca } = server;
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
      <CodeBlock text={commandFor(kind, owner, password, server)} what={kind} />
      {ca === undefined ? (
        <small className="none">{t('settings.ownCa')}</small>
      ) : (
        <Button onClick={() => saveFile('ca.crt', ca, 'application/x-pem-file')}>
          {t('settings.saveCa')}
        </Button>
      )}
      {owner.kind !== 'broker' && <WhoHears />}
    </section>
  );
}
