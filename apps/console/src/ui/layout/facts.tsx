import type { ReactNode } from 'react';
import { shownText } from '../text/device-text.ts';

export type Fact = readonly [name: string, value: ReactNode];

/** What is known of one thing, a line each. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{shownText(value) ?? <span className="none">—</span>}</dd>
        </div>
      ))}
    </dl>
  );
}
