/** Entries of an export in the form of the import call. What the fields must be is decided by the model. */
import {
  checkDescription,
  checkFolderId,
  checkId,
  checkLabels,
  checkName,
  expandAliases,
  type Violation,
} from '@iotcore/model';
import { type FieldFault, Fields } from './fields.ts';

/** An entry that can be sent, or why it cannot. */
export interface Converted {
  /** As far as it could be read: findings name the entry by it. */
  readonly id: string | undefined;
  readonly name: string | undefined;
  /** Of registries and brokers their folder, of devices their registry. */
  readonly parent: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
  readonly faults: readonly FieldFault[];
}

const statuses = ['CREATING', 'ACTIVE', 'DELETING', 'DISABLED'];
const logLevels = ['LEVEL_UNSPECIFIED', 'TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/** A registry or broker. */
export function convertTopLevel(entry: object): Converted {
  const fields = new Fields(entry);
  const parent = fields.text('folder_id');
  fields.blame([fault(checkFolderId(parent ?? '', 'folder_id'))]);
  const common = commonOf(fields);
  const logOptions = logOptionsOf(fields);
  return converted(fields, parent, { ...common, folderId: parent, logOptions });
}

/** A device of the registry that its file is named after. */
export function convertDevice(entry: object, registryId: string): Converted & { readonly aliases: Aliases } {
  const fields = new Fields(entry);
  const parent = fields.text('registry_id') ?? registryId;
  if (parent !== registryId) {
    fields.blame([{ field: 'registry_id', reason: `The file is of registry ${registryId}.` }]);
  }
  const common = commonOf(fields);
  const aliases = fields.texts('topic_aliases') ?? new Map<string, string>();
  const expanded = expandAliases(aliases, String(common['id']));
  return { ...converted(fields, registryId, { ...common, registryId }), aliases: expanded };
}

/** Alias → topic prefix. */
export type Aliases = ReadonlyMap<string, string>;

function commonOf(fields: Fields): Record<string, unknown> {
  const id = fields.text('id');
  const name = fields.text('name');
  const description = fields.text('description');
  const labels = fields.texts('labels');
  fields.blame([
    fault(checkId(id ?? '', 'id')),
    fault(checkName(name ?? '', 'name')),
    fault(checkDescription(description ?? '', 'description')),
    ...checkLabels(labels ?? [], 'labels').map(fault),
  ]);
  return {
    id,
    name,
    description,
    labels: labels && Object.fromEntries(labels),
    createdAt: fields.timestamp('created_at'),
    status: fields.oneOf('status', statuses),
  };
}

function logOptionsOf(fields: Fields): object | undefined {
  const given = fields.object('log_options');
  if (given === undefined) return undefined;
  const options = new Fields(given);
  const read = withoutAbsent({
    disabled: options.flag('disabled'),
    logGroupId: options.text('log_group_id'),
    folderId: options.text('folder_id'),
    minLevel: options.oneOf('min_level', logLevels),
  });
  fields.blame(options.faults.map(({ field, reason }) => ({ field: `log_options.${field}`, reason })));
  return Object.keys(read).length === 0 ? undefined : read;
}

function converted(fields: Fields, parent: string | undefined, body: Record<string, unknown>): Converted {
  return {
    id: body['id'] as string | undefined,
    name: body['name'] as string | undefined,
    parent,
    body: withoutAbsent(body),
    faults: fields.faults,
  };
}

function fault(violation: Violation | undefined): FieldFault | undefined {
  return violation && { field: violation.field, reason: violation.description };
}

function withoutAbsent(body: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}
