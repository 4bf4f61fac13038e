import { Dialog } from '@gravity-ui/uikit';
import type { TestExportResponse } from '@iotcore/sdk';
import { useId } from 'react';
import { useTexts } from '../../i18n/texts.tsx';
import { Facts } from '../../ui/layout/facts.tsx';
import { Status } from '../../ui/layout/status.tsx';
import { visible } from '../../ui/text/device-text.ts';

const tones = { DONE: 'success', REFUSED: 'danger', AWAY: 'warning', MISCONFIGURED: 'danger' } as const;

interface Props {
  readonly result: TestExportResponse;
  readonly onClose: () => void;
}

/** What the target made of a sample. */
export function TestResult({ result, onClose }: Props) {
  const { t, say } = useTexts();
  const id = useId();
  const { outcome, message, status, milliseconds, answer } = result;
  return (
    <Dialog open onClose={onClose} size="m" aria-labelledby={id} hasCloseButton={false}>
      <Dialog.Header id={id} caption={t('exports.test')} />
      <Dialog.Body>
        <Facts
          facts={[
            [
              t('exports.outcome'),
              <Status key="outcome" tone={tones[outcome]}>
                {t(`outcome.${outcome}`)}
              </Status>,
            ],
            [t('exports.says'), message && visible(say(message))],
            ['HTTP', status],
            [t('exports.milliseconds'), milliseconds],
            [
              t('exports.answer'),
              answer && (
                <span key="answer" className="device-text">
                  {visible(answer)}
                </span>
              ),
            ],
          ]}
        />
      </Dialog.Body>
      <Dialog.Footer textButtonCancel={t('common.close')} onClickButtonCancel={onClose} />
    </Dialog>
  );
}
