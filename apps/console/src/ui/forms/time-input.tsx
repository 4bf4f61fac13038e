import { TextInput, type TextInputProps } from '@gravity-ui/uikit';
import { useState } from 'react';
import { useTexts } from '../../i18n/texts.tsx';
import { isTime, readTime, showTime } from './local-time.ts';

interface Props extends Omit<TextInputProps, 'value' | 'onUpdate' | 'placeholder'> {
  /** `2026-11-27T15:04`, or what was typed and is no time. */
  readonly value: string;
  readonly onUpdate: (value: string) => void;
}

/** A date and time of this zone, as the language of the console writes them. */
export function TimeInput({ value, onUpdate, onBlur, ...more }: Props) {
  const { t, language } = useTexts();
  const [typed, setTyped] = useState('');
  const [isLeft, setIsLeft] = useState(false);
  const isWrong = isLeft && value !== '' && !isTime(value);
  return (
    <TextInput
      {...more}
      // What is being typed is not written anew under the hands of whoever types.
      value={readTime(typed) === value ? typed : showTime(value, language)}
      onUpdate={(text) => {
        setIsLeft(false);
        setTyped(text);
        onUpdate(readTime(text));
      }}
      onBlur={(event) => {
        setIsLeft(true);
        onBlur?.(event);
      }}
      placeholder={t('common.timeFormat')}
      autoComplete="off"
      {...(isWrong && { validationState: 'invalid', errorMessage: t('common.timeWrong') })}
    />
  );
}
