import { Button, SegmentedRadioGroup } from '@gravity-ui/uikit';
import { useState } from 'react';
import { useTexts } from '../../i18n/texts.tsx';
import { CodeBlock } from './copy.tsx';
import {
  asHex,
  asJson,
  asText,
  decodeBase64,
  type PayloadForm,
  shownPayloadBytes,
  visible,
} from './device-text.ts';
import { JsonTree } from './json-tree.tsx';
import { saveFile } from './save.ts';

/** What a device sent: as text, JSON or hex, never as HTML. `data`: base64. `size`: of the whole, in bytes. */
export function Payload({ data, size }: { data: string; size?: number }) {
  const { t } = useTexts();
  const bytes = decodeBase64(data);
  const text = asText(bytes);
  const json = text === undefined ? undefined : asJson(text);
  const [chosen, setChosen] = useState<PayloadForm>();
  const form = chosen ?? (json !== undefined ? 'json' : text !== undefined ? 'text' : 'hex');
  if (bytes.length > shownPayloadBytes)
    return (
      <Button onClick={() => saveFile('payload.bin', bytes)}>
        {t('payload.download', { count: bytes.length })}
      </Button>
    );
  return (
    <div className="payload">
      <SegmentedRadioGroup
        aria-label={t('payload.form')}
        size="s"
        value={form}
        onUpdate={setChosen}
        options={[
          { value: 'text', content: t('payload.text'), disabled: text === undefined },
          { value: 'json', content: 'JSON', disabled: json === undefined },
          { value: 'hex', content: 'Hex' },
        ]}
      />
      {form === 'json' && json !== undefined ? (
        <CodeBlock text={json} what={t('payload.payload')}>
          <JsonTree value={JSON.parse(json)} />
        </CodeBlock>
      ) : (
        <CodeBlock
          text={form === 'text' && text !== undefined ? visible(text) : asHex(bytes)}
          what={t('payload.payload')}
        />
      )}
      {size !== undefined && size > bytes.length && (
        <small>{t('payload.cut', { shown: bytes.length, size })}</small>
      )}
    </div>
  );
}
