import { createExport, type Export, listBrokers, listRegistries, updateExport } from '@iotcore/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ask, client } from '../../api/client.ts';
import { useFolder } from '../../app/folder.ts';
import { type Translate, useTexts } from '../../i18n/texts.tsx';
import type { Field } from '../../ui/forms/field-input.tsx';
import { FormDialog, type Values } from '../../ui/forms/form-dialog.tsx';
import { visible } from '../../ui/text/device-text.ts';
import {
  readTarget,
  showTarget,
  type TargetKind,
  targetFields,
  targetKinds,
  wholeNumber,
} from './target-fields.ts';

/** Makes an export, or changes one. */
export function ExportForm({ one, onClose }: { one?: Export; onClose: () => void }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const sources = useSources();
  const initial = one ? valuesOf(one) : { kind: 'webhook', onFull: 'DISCARD_OLDEST', source: '' };
  const save = async (values: Values) => {
    if (one) {
      const changed = changesOf(one, values, initial);
      const body = { ...changed, updateMask: Object.keys(changed).join(',') };
      if (body.updateMask)
        await ask(updateExport({ client, path: { exportId: one.id }, body: body as never }));
      return;
    }
    const { metadata } = await ask(createExport({ client, body: newExport(values) as never }));
    const { exportId } = metadata as unknown as { exportId: string };
    void navigate({ to: '/exports/$exportId', params: { exportId } });
  };
  return (
    <FormDialog
      title={t(one ? 'exports.edit' : 'exports.create')}
      apply={t(one ? 'common.save' : 'common.create')}
      note={one && <p className="none">{t('exportForm.secretsStay')}</p>}
      fields={(values) => fieldsFor(values, one === undefined ? sources : undefined, t)}
      initial={initial}
      run={async (values) => {
        await save(values);
        await queryClient.invalidateQueries();
      }}
      onClose={onClose}
    />
  );
}

/** Registries and brokers of the folder, as options. */
function useSources(): readonly { value: string; content: string }[] {
  const folderId = useFolder();
  const query = { folderId, pageSize: 1000 };
  const { data = [] } = useQuery({
    queryKey: ['export sources', folderId],
    queryFn: async () => {
      const { registries } = await ask(listRegistries({ client, query }));
      const { brokers } = await ask(listBrokers({ client, query }));
      return [
        ...registries.map(({ id, name }) => ({ value: `registryId ${id}`, content: visible(name || id) })),
        ...brokers.map(({ id, name }) => ({ value: `brokerId ${id}`, content: visible(name || id) })),
      ];
    },
  });
  return data;
}

/** @param sources absent: the source stays as it is */
function fieldsFor(
  { kind = 'webhook', source = '' }: Values,
  sources: readonly { value: string; content: string }[] | undefined,
  t: Translate,
): readonly Field[] {
  const options = (values: readonly string[]) => values.map((value) => ({ value, content: value || '—' }));
  return [
    { name: 'name', label: t('common.name') },
    { name: 'description', label: t('common.description') },
    ...(sources ? [{ name: 'source', label: t('exportForm.source'), options: sources }] : []),
    ...(sources && source.startsWith('registryId')
      ? [{ name: 'source.deviceId', label: t('exportForm.device'), note: t('exportForm.deviceNote') }]
      : []),
    {
      name: sources ? 'source.mqttTopicFilter' : 'mqttTopicFilter',
      label: t('live.filter'),
      note: t('exportForm.filterNote'),
    },
    { name: 'kind', label: t('exports.target'), options: options(targetKinds) },
    ...targetFields[kind as TargetKind].map(({ path, label, kind: input, options: offered }) => ({
      name: `target.${kind}.${path}`,
      label: t(label),
      ...(input && { kind: input }),
      ...(offered && { options: options(offered) }),
    })),
    {
      name: 'batch.maxMessages',
      label: t('exportForm.batch'),
      ...(kind === 'webhook' && { note: t('exportForm.batchNote') }),
    },
    {
      name: 'backlog.onFull',
      label: t('exportForm.onFull'),
      options: options(['DISCARD_OLDEST', 'HOLD']),
    },
  ];
}

function newExport(values: Values): Record<string, unknown> {
  const [sourceKind = 'registryId', sourceId = ''] = (values['source'] ?? '').split(' ');
  const deviceId = values['source.deviceId'] || undefined;
  const mqttTopicFilter = values['source.mqttTopicFilter'] || undefined;
  const maxMessages = values['batch.maxMessages'];
  return {
    name: values['name'] ?? '',
    description: values['description'] ?? '',
    source: { [sourceKind]: sourceId, deviceId, mqttTopicFilter },
    target: targetOf(values),
    ...(maxMessages && { batch: { maxMessages: wholeNumber.read(maxMessages) } }),
    backlog: { onFull: values['backlog.onFull'] },
  };
}

/** The fields that were changed, by the names of the request: others stay as they are, whatever they hold. */
function changesOf(one: Export, values: Values, initial: Values): Record<string, unknown> {
  const isChanged = (name: string) => (values[name] ?? '') !== (initial[name] ?? '');
  const text = (name: string) => isChanged(name) && { [name]: values[name] || undefined };
  const maxMessages = values['batch.maxMessages'];
  return {
    ...text('name'),
    ...text('description'),
    ...text('mqttTopicFilter'),
    ...(Object.keys(values).some((name) => /^(kind$|target\.)/.test(name) && isChanged(name)) && {
      target: targetOf(values, one),
    }),
    ...(isChanged('batch.maxMessages') && {
      batch: { ...one.batch, maxMessages: maxMessages ? wholeNumber.read(maxMessages) : undefined },
    }),
    ...(isChanged('backlog.onFull') && { backlog: { ...one.backlog, onFull: values['backlog.onFull'] } }),
  };
}

function targetOf(values: Values, former?: Export): Record<string, unknown> {
  const kind = (values['kind'] ?? 'webhook') as TargetKind;
  return readTarget(kind, (path) => values[`target.${kind}.${path}`], former?.target[kind]);
}

/** An export as the texts of its form. */
function valuesOf({ name = '', description = '', source, target, batch, backlog }: Export): Values {
  const kind = targetKinds.find((one) => target[one]) ?? 'webhook';
  const shown = Object.entries(showTarget(kind, target[kind]));
  return {
    ...{ name, description, kind },
    mqttTopicFilter: source.mqttTopicFilter ?? '',
    ...Object.fromEntries(shown.map(([path, text]) => [`target.${kind}.${path}`, text])),
    'batch.maxMessages': String(batch?.maxMessages ?? ''),
    'backlog.onFull': backlog?.onFull ?? '',
  };
}
