import { Select, TextArea, TextInput } from '@gravity-ui/uikit';
import { type ReactNode, useId } from 'react';

export interface Field {
  /** As the API names it. */
  readonly name: string;
  readonly label: string;
  readonly kind?: 'line' | 'text' | 'code' | 'secret' | 'time';
  /** Then one of these is chosen. */
  readonly options?: readonly { readonly value: string; readonly content: string }[];
  readonly note?: ReactNode;
  readonly placeholder?: string;
}

interface Props {
  readonly field: Field;
  readonly value: string;
  readonly violation?: string | undefined;
  readonly autoFocus?: boolean;
  readonly onUpdate: (value: string) => void;
}

export function FieldInput({ field, value, violation, autoFocus = false, onUpdate }: Props) {
  const { label, kind = 'line', options, note, placeholder } = field;
  const id = useId();
  const state =
    violation === undefined ? {} : ({ validationState: 'invalid', errorMessage: violation } as const);
  const described = note ? { 'aria-describedby': `${id}-note` } : {};
  const shared = { value, onUpdate, autoFocus, placeholder, ...state };
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
          minRows={kind === 'code' ? 6 : 2}
          maxRows={14}
          className={kind === 'code' ? 'field__code' : ''}
          id={id}
          controlProps={{ spellCheck: false, ...described }}
        />
      ) : (
        <TextInput
          {...shared}
          type={kind === 'secret' ? 'password' : 'text'}
          autoComplete="off"
          id={id}
          controlProps={{ ...(kind === 'time' && { type: 'datetime-local' }), ...described }}
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
