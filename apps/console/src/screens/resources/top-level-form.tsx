import type { Broker, Registry } from '@iotcore/sdk';
import { useQueryClient } from '@tanstack/react-query';
import { useTexts } from '../../i18n/texts.tsx';
import { FormDialog } from '../../ui/forms/form-dialog.tsx';
import { fromLines, toLines } from '../../ui/forms/labels.ts';

interface Fields {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly labels: Record<string, string>;
}

interface Props {
  readonly title: string;
  /** To be changed. Absent: one is made. */
  readonly resource?: Registry | Broker | undefined;
  readonly create: (fields: Fields) => Promise<void>;
  readonly update: (id: string, body: Fields & { updateMask: string }) => Promise<unknown>;
  readonly onClose: () => void;
}

/** Makes a registry or a broker, or changes one. */
export function TopLevelForm({ title, resource, create, update, onClose }: Props) {
  const { t } = useTexts();
  const queryClient = useQueryClient();
  return (
    <FormDialog
      title={title}
      apply={t(resource ? 'common.save' : 'common.create')}
      fields={[
        { name: 'name', label: t('common.name') },
        { name: 'description', label: t('common.description') },
        { name: 'labels', label: t('common.labels'), kind: 'text', note: t('common.labelsNote') },
      ]}
      initial={{
        name: resource?.name ?? '',
        description: resource?.description ?? '',
        labels: toLines(resource?.labels),
      }}
      onClose={onClose}
      run={async ({ name, description, labels = '' }) => {
        const fields = { name, description, labels: fromLines(labels) };
        if (resource) await update(resource.id, { ...fields, updateMask: 'name,description,labels' });
        else await create(fields);
        await queryClient.invalidateQueries();
      }}
    />
  );
}
