import { Check, Copy } from '@gravity-ui/icons';
import { Icon } from '@gravity-ui/uikit';
import { type ReactNode, useState } from 'react';
import { useTexts } from '../../i18n/texts.tsx';
import { visible } from './device-text.ts';

const confirmedMs = 1500;

/** `what`: for screen readers, such as the ID itself. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const { t } = useTexts();
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    await copyText(text);
    setIsCopied(true);
    setTimeout(() => setIsCopied(false), confirmedMs);
  };
  return (
    <button
      type="button"
      className="copy"
      aria-label={t('common.copy', { what })}
      onClick={() => void copy()}
    >
      <Icon data={isCopied ? Check : Copy} size={12} />
    </button>
  );
}

/** An ID: monospaced, with a button that copies it. `kind`: stands before it. `shown`: the part of it that is seen. */
export function Identifier({ id, kind, shown = id }: { id: string; kind?: string; shown?: string }) {
  return (
    <span className="identifier">
      {kind}
      <code title={shown === id ? undefined : id}>{visible(shown)}</code>
      <CopyButton text={id} what={id} />
    </span>
  );
}

interface CodeProps {
  readonly text: string;
  readonly what: string;
  /** The same text, in parts that fold. */
  readonly children?: ReactNode;
}

/** Lines to paste into a terminal or a file. */
export function CodeBlock({ text, what, children = text }: CodeProps) {
  return (
    <div className="code">
      <pre>{children}</pre>
      <CopyButton text={text} what={what} />
    </div>
  );
}

/** The clipboard wants https or localhost; elsewhere a selection does. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
