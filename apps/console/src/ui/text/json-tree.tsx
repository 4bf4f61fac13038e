/** JSON as indented text, whose objects and lists fold. */
import { useState } from 'react';
import { useTexts } from '../../i18n/texts.tsx';
import { visible } from './device-text.ts';

/** Deeper ones, and longer ones, begin folded. */
const openDepth = 3;
const openEntries = 200;
/** Of a list that is opened; more is for the form as text. */
const mostEntries = 2000;

interface Props {
  readonly value: unknown;
  readonly depth?: number;
  /** Stands before it: the name of a member. */
  readonly name?: string | undefined;
  readonly isLast?: boolean;
}

export function JsonTree({ value, depth = 0, name, isLast = true }: Props) {
  const before = name === undefined ? '' : `${visible(JSON.stringify(name))}: `;
  const after = isLast ? '' : ',';
  if (typeof value !== 'object' || value === null)
    return <span className="json__line">{`${before}${visible(JSON.stringify(value))}${after}`}</span>;
  return <Folding value={value} depth={depth} before={before} after={after} />;
}

interface FoldingProps {
  readonly value: object;
  readonly depth: number;
  readonly before: string;
  readonly after: string;
}

function Folding({ value, depth, before, after }: FoldingProps) {
  const { t } = useTexts();
  const isList = Array.isArray(value);
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  const [isOpen, setIsOpen] = useState(depth < openDepth && entries.length <= openEntries);
  const [opening, closing] = isList ? '[]' : '{}';
  if (entries.length === 0)
    return <span className="json__line">{`${before}${opening}${closing}${after}`}</span>;
  return (
    <span className="json__line">
      <button type="button" className="json__fold" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        {`${before}${opening}`}
        {!isOpen && ` ${t('payload.folded', { count: entries.length })} ${closing}${after}`}
      </button>
      {isOpen && (
        <span className="json__line json__inside">
          {entries.slice(0, mostEntries).map(([key, inner], at) => (
            <JsonTree
              key={key}
              value={inner}
              depth={depth + 1}
              name={isList ? undefined : key}
              isLast={at === entries.length - 1}
            />
          ))}
          {entries.length > mostEntries && <span className="json__line">…</span>}
        </span>
      )}
      {isOpen && `${closing}${after}`}
    </span>
  );
}
