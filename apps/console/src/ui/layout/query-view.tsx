import { Skeleton } from '@gravity-ui/uikit';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTexts } from '../../i18n/texts.tsx';
import { FailureNote } from './failure-note.tsx';
import { useIsLate } from './use-is-late.ts';

interface Props<T> {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}

/** What a call answered; until then nothing, then its outline; or why it was refused. What was there before stays. */
export function QueryView<T>({ query, children }: Props<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <FailureNote error={query.error} />;
  return <Outline />;
}

function Outline() {
  const { t } = useTexts();
  if (!useIsLate(true)) return null;
  return (
    <div className="outline" role="status" aria-label={t('common.loading')}>
      {[0, 1, 2, 3].map((line) => (
        <Skeleton key={line} className="outline__line" />
      ))}
    </div>
  );
}
