import { type ReactNode, useEffect } from 'react';
import { visible } from '../text/device-text.ts';

interface Props {
  readonly title: string;
  /** Above the title: where this belongs. */
  readonly above?: ReactNode;
  /** Beside the title: what it is, in a word. */
  readonly status?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Page({ title, above, status, actions, children }: Props) {
  useEffect(() => {
    document.title = `${title} · IoT Core`;
  }, [title]);
  return (
    <article className="page">
      {above && <div className="page__above">{above}</div>}
      <header className="page__head">
        <h1>{visible(title)}</h1>
        {status}
        <div className="page__actions">{actions}</div>
      </header>
      {children}
    </article>
  );
}
