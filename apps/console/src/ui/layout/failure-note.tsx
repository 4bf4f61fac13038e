import { Alert } from '@gravity-ui/uikit';
import { toFailure } from '../../api/failure.ts';
import { titleOf } from '../../i18n/refusals/titles.ts';
import { useTexts } from '../../i18n/texts.tsx';

/** A refusal that belongs to no field: what the API says, and the ID by which its log and the audit trail have it. */
export function FailureNote({ error }: { error: unknown }) {
  const { t, say } = useTexts();
  const { status, code, message, requestId, fields } = toFailure(error);
  const isMissing = status === 404;
  return (
    <div role="alert">
      <Alert
        theme={isMissing ? 'info' : 'danger'}
        className="failure"
        title={t(titleOf(code) ?? (isMissing ? 'failure.missing' : 'failure.refused'))}
        message={
          <>
            {fields.size > 0
              ? [...fields].map(([field, description]) => (
                  <p key={field}>
                    {field && <code>{field}</code>} {say(description)}
                  </p>
                ))
              : say(message) || t('trouble.noAnswer')}
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
