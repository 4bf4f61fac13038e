import { useTexts } from '../../i18n/texts.tsx';

interface Props {
  readonly label: string;
  /** Endings of names. */
  readonly accept: string;
  readonly onChoose: (file: File | undefined) => void;
}

/** Chooses a file, in the words of the console: those of the browser's own button are in the language of the browser. */
export function FileInput({ label, accept, onChoose }: Props) {
  const { t } = useTexts();
  return (
    <label className="file">
      <input
        type="file"
        className="hidden"
        accept={accept}
        aria-label={label}
        onChange={({ target }) => onChoose(target.files?.[0])}
      />
      <span className="file__button">{t('common.chooseFile')}</span>
    </label>
  );
}
