import { Alert } from '@gravity-ui/uikit';
import { useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { toFailure } from '../api/failure.ts';
import { useTexts } from '../i18n/texts.tsx';

/** Says that the API or its database is away, for as long as what is on the screen is being asked for again. */
export function TroubleNote() {
  const { t } = useTexts();
  const cache = useQueryClient().getQueryCache();
  const status = useSyncExternalStore(
    (changed) => cache.subscribe(changed),
    () => {
      const waiting = cache
        .findAll({ type: 'active' })
        .find(({ state }) => state.fetchFailureReason && toFailure(state.fetchFailureReason).isTransient);
      return waiting ? toFailure(waiting.state.fetchFailureReason).status : undefined;
    },
  );
  return (
    <div aria-live="polite">
      {status !== undefined && (
        <Alert
          theme="warning"
          className="trouble"
          title={t(status === 0 ? 'trouble.noAnswer' : 'trouble.unavailable')}
          message={t('trouble.again')}
        />
      )}
    </div>
  );
}
