import { useMutation } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { toFailure } from '../../api/failure.ts';
import { useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { FieldInput } from '../../ui/forms/field-input.tsx';
import { WorkButton } from '../../ui/forms/work-button.tsx';
import { FailureNote } from '../../ui/layout/failure-note.tsx';
import { encodeBase64 } from '../../ui/text/device-text.ts';
import { callsOf, type Owner } from '../resources/owner.ts';

const usualTopics = {
  registry: (id: string) => `$registries/${id}/commands`,
  device: (id: string) => `$devices/${id}/events`,
  broker: () => 'test',
} as const;

/** Publishes as the resource itself: with its rights, and no more. */
export function PublishForm({ owner, usualTopic }: { owner: Owner; usualTopic?: string }) {
  const { t } = useTexts();
  const may = useMay('editor', owner.folderId);
  const [topic, setTopic] = useState(usualTopic ?? usualTopics[owner.kind](owner.id));
  const [payload, setPayload] = useState('');
  const work = useMutation({ mutationFn: () => callsOf(owner).publish(topic, encodeBase64(payload)) });
  const failure = work.error ? toFailure(work.error) : undefined;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    work.mutate();
  };
  return (
    <form className="form form_narrow" onSubmit={submit}>
      <h2>{t(`publish.${owner.kind}`)}</h2>
      {failure && failure.fields.size === 0 && <FailureNote error={failure} />}
      <FieldInput
        field={{ name: 'topic', label: t('common.topic') }}
        value={topic}
        violation={failure?.fields.get('topic')}
        onUpdate={setTopic}
      />
      <FieldInput
        field={{ name: 'data', label: t('payload.payload'), kind: 'text' }}
        value={payload}
        violation={failure?.fields.get('data')}
        onUpdate={setPayload}
      />
      <div className="form__end">
        <WorkButton
          type="submit"
          view="action"
          disabled={!may}
          title={may ? undefined : t('may.editor')}
          isWorking={work.isPending}
        >
          {t('publish.send')}
        </WorkButton>
        <span role="status">{work.isSuccess && t('publish.sent')}</span>
      </div>
    </form>
  );
}
