import { Select, TextArea, TextInput } from '@gravity-ui/uikit';
import { type ReactNode, useId } from 'react';
import { useTexts } from '../../i18n/texts.tsx';
import { FileInput } from './file-input.tsx';
import { TimeInput } from './time-input.tsx';

export interface Field {
  /** As the API names it. */
  readonly name: string;
  readonly label: string;
  readonly kind?: 'line' | 'text' | 'code' | 'secret' | 'time';
  /** Then one of these is chosen. */
  readonly options?: readonly { readonly value: string; readonly content: string }[];
  readonly note?: ReactNode;
  readonly placeholder?: string;
  /** It may come from a file with one of these endings, too. */
  readonly accept?: string;
}

interface Props {
  readonly field: Field;
  readonly value: string;
  readonly violation?: string | undefined;
  readonly autoFocus?: boolean;
  readonly onUpdate: (value: string) => void;
}

export function FieldInput({ field, value, violation, autoFocus = false, onUpdate }: Props) {
  const { label, kind = 'line', options, note, placeholder, accept } = field;
  const { t, say } = useTexts();
  const id = useId();
  const state =
    violation === undefined ? {} : ({ validationState: 'invalid', errorMessage: say(violation) } as const);
  const described = note ? { 'aria-describedby': `${id}-note` } : {};
  const shared = { value, onUpdate, autoFocus, ...state };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {options ? (
        <Select
          id={id}
          aria-label={label}
          value={[value]}
          options={[...options]}
          onUpdate={([one = '']) => onUpdate(one)}
          width="max"
          {...state}
        />
      ) : kind === 'text' || kind === 'code' ? (
        <TextArea
          {...shared}
          placeholder={placeholder}
          minRows={kind === 'code' ? 6 : 2}
          maxRows={14}
          className={kind === 'code' ? 'field__code' : ''}
          id={id}
          controlProps={{ spellCheck: false, ...described }}
        />
      ) : kind === 'time' ? (
        <TimeInput {...shared} id={id} controlProps={described} />
      ) : (
        <TextInput
          {...shared}
          placeholder={placeholder}
          type={kind === 'secret' ? 'password' : 'text'}
          autoComplete="off"
          id={id}
          controlProps={described}
        />
      )}
      {accept && (
        <FileInput
          accept={accept}
          label={t('common.fromFile', { what: label })}
          onChoose={(file) => void file?.text().then(onUpdate)}
        />
      )}
      {note && (
        <small id={`${id}-note`} className="field__note">
          {note}
        </small>
      )}
    </div>
  );
}
