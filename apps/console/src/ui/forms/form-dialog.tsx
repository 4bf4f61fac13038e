import { Dialog } from '@gravity-ui/uikit';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, type SubmitEvent, useId, useRef, useState } from 'react';
import { toFailure } from '../../api/failure.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { FailureNote } from '../layout/failure-note.tsx';
import { useIsLate } from '../layout/use-is-late.ts';
import { type Field, FieldInput } from './field-input.tsx';

export type Values = Readonly<Record<string, string>>;

interface Props {
  readonly title: string;
  /** A function: which there are depends on what is filled in. */
  readonly fields: readonly Field[] | ((values: Values) => readonly Field[]);
  readonly initial?: Values;
  readonly apply: string;
  readonly note?: ReactNode;
  readonly run: (values: Values) => Promise<unknown>;
  readonly onClose: () => void;
}

/** A form in a dialog. It checks nothing itself: what the API finds wrong stands at the field that it names. */
export function FormDialog({ title, fields: given, initial = {}, apply, note, run, onClose }: Props) {
  const { t } = useTexts();
  const [values, setValues] = useState<Values>(initial);
  const work = useMutation({ mutationFn: () => run(values), onSuccess: onClose });
  const fields = typeof given === 'function' ? given(values) : given;
  const isLate = useIsLate(work.isPending);
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  const failure = work.error ? toFailure(work.error) : undefined;
  const violationOf = (name: string) =>
    [...(failure?.fields ?? [])].find(
      ([field]) => field === name || field.startsWith(`${name}[`) || field.startsWith(`${name}.`),
    )?.[1];
  const isPlaced = failure !== undefined && fields.some(({ name }) => violationOf(name) !== undefined);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!work.isPending) work.mutate();
  };
  return (
    <Dialog open onClose={onClose} size="m" aria-labelledby={`${id}-title`} hasCloseButton={false}>
      <Dialog.Header id={`${id}-title`} caption={title} />
      <Dialog.Body>
        <form ref={form} className="form" onSubmit={submit}>
          {failure && !isPlaced && <FailureNote error={failure} />}
          {note}
          {fields.map((field, at) => (
            <FieldInput
              key={field.name}
              field={field}
              autoFocus={at === 0}
              value={values[field.name] ?? ''}
              violation={violationOf(field.name)}
              onUpdate={(value) => setValues((before) => ({ ...before, [field.name]: value }))}
            />
          ))}
          <button type="submit" className="hidden" tabIndex={-1} aria-hidden="true" />
        </form>
      </Dialog.Body>
      <Dialog.Footer
        textButtonApply={apply}
        textButtonCancel={t('common.cancel')}
        onClickButtonApply={() => form.current?.requestSubmit()}
        onClickButtonCancel={onClose}
        propsButtonApply={{ 'aria-busy': work.isPending }}
        loading={isLate}
      />
    </Dialog>
  );
}
