import { Disclosure } from '@gravity-ui/uikit';
import { useTexts } from '../../i18n/texts.tsx';
import { CodeBlock } from '../text/copy.tsx';

/** The call that a screen makes, for a script: nothing that the console does is its secret. */
export function How({ path, cli }: { path: string; cli?: string | undefined }) {
  const { t } = useTexts();
  const curl = `curl -H "Authorization: Bearer $TOKEN" "${location.origin}${path}"`;
  return (
    <Disclosure summary={t('how.title')} className="how">
      <CodeBlock text={curl} what="curl" />
      {cli && <CodeBlock text={`iotcore ${cli}`} what="iotcore" />}
    </Disclosure>
  );
}
