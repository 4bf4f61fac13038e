import { Alert } from '@gravity-ui/uikit';
import { useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { toFailure } from '../api/failure.ts';
import { screenIsMissing } from '../api/load-screen.ts';
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
  const screenIsAway = useSyncExternalStore(screenIsMissing.subscribe, screenIsMissing.get);
  const shown = status ?? (screenIsAway ? 0 : undefined);
  return (
    <div aria-live="polite">
      {shown !== undefined && (
        <Alert
          theme="warning"
          className="trouble"
          title={t(shown === 0 ? 'trouble.noAnswer' : 'trouble.unavailable')}
          message={t('trouble.again')}
        />
      )}
    </div>
  );
}
