import { Alert } from '@gravity-ui/uikit';
import { toFailure } from '../../api/failure.ts';
import { useTexts } from '../../i18n/texts.tsx';

/** A refusal that belongs to no field: what the API says, and the ID by which its log and the audit trail have it. */
export function FailureNote({ error }: { error: unknown }) {
  const { t } = useTexts();
  const { status, message, requestId } = toFailure(error);
  const title =
    status === 404 ? t('failure.missing') : status === 403 ? t('failure.denied') : t('failure.refused');
  return (
    <div role="alert">
      <Alert
        theme={status === 404 ? 'info' : 'danger'}
        className="failure"
        title={title}
        message={
          <>
            {message || t('trouble.noAnswer')}
            {requestId && (
              <small className="failure__id">
                {t('failure.request')} <code>{requestId}</code>
              </small>
            )}
          </>
        }
      />
    </div>
  );
}
