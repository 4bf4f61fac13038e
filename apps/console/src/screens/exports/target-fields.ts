/** What each kind of target is told, as the API names it: the fields of the form, and how they become a request. */
import type { TextKey } from '../../i18n/keys.ts';
import { fromLines, toLines } from '../../ui/forms/labels.ts';

export const targetKinds = ['webhook', 'postgres', 'kafka', 'nats', 'pull'] as const;
export type TargetKind = (typeof targetKinds)[number];

export interface TargetField {
  /** Dots lead into objects. */
  readonly path: string;
  readonly label: TextKey;
  readonly kind?: 'line' | 'text' | 'code' | 'secret';
  readonly options?: readonly string[];
  /** How the text of the form is sent. Absent: as it is. */
  readonly as?: Form;
}

/** Between the text of a field and what is sent. */
interface Form {
  readonly read: (text: string) => unknown;
  readonly show: (value: never) => string;
}

const lines: Form = {
  read: (text) => text.split(/\s+/).filter((line) => line !== ''),
  show: (value: readonly string[]) => value.join('\n'),
};
const map: Form = { read: fromLines, show: toLines };
const yesOrNo: Form = { read: (text) => text === 'true', show: String };
/** Text that is no whole number is sent as it is: the API says what is wrong with it. */
export const wholeNumber: Form = {
  read: (text) => (/^\d+$/.test(text) ? Number(text) : text),
  show: String,
};

const tls: TargetField = { path: 'tls', label: 'exportForm.tls', options: ['VERIFY', 'DISABLE'] };
const authority: TargetField = {
  path: 'caCertificate',
  label: 'exportForm.caCertificate',
  kind: 'code',
};
const username: TargetField = { path: 'username', label: 'exportForm.username' };
const password: TargetField = { path: 'password', label: 'exportForm.password', kind: 'secret' };

export const targetFields: Readonly<Record<TargetKind, readonly TargetField[]>> = {
  webhook: [
    { path: 'url', label: 'exportForm.url' },
    { path: 'format', label: 'exportForm.format', options: ['YANDEX_TRIGGER', 'CLOUDEVENTS', 'RAW'] },
    { path: 'auth.bearer.token', label: 'exportForm.bearer', kind: 'secret' },
    { path: 'headers', label: 'exportForm.headers', kind: 'text', as: map },
    authority,
  ],
  postgres: [
    { path: 'url', label: 'exportForm.postgresUrl' },
    password,
    { path: 'table', label: 'exportForm.table' },
    { path: 'createTable', label: 'exportForm.createTable', options: ['false', 'true'], as: yesOrNo },
    tls,
    authority,
  ],
  kafka: [
    { path: 'bootstrapServers', label: 'exportForm.servers', kind: 'text', as: lines },
    { path: 'topic', label: 'common.topic' },
    { path: 'format', label: 'exportForm.format', options: ['YDS_JSON', 'CLOUDEVENTS', 'RAW'] },
    {
      path: 'mechanism',
      label: 'exportForm.mechanism',
      options: ['', 'PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'],
    },
    username,
    password,
    { path: 'compression', label: 'exportForm.compression', options: ['NONE', 'GZIP'] },
    tls,
    authority,
  ],
  nats: [
    { path: 'servers', label: 'exportForm.servers', kind: 'text', as: lines },
    { path: 'subjectPrefix', label: 'exportForm.subjectPrefix' },
    username,
    password,
    { path: 'token', label: 'exportForm.token', kind: 'secret' },
    tls,
    authority,
  ],
  pull: [],
};

/**
 * What is sent of a target: what is filled in, over what the form does not show. Secrets that are left out stay as they are.
 * @param former the target as the API shows it, if one of this kind is changed
 */
export function readTarget(
  kind: TargetKind,
  textAt: (path: string) => string | undefined,
  former?: object,
): Record<string, unknown> {
  // What is shown and never sent.
  const { headerNames, dataStream, ...target } = structuredClone(former ?? {}) as Record<string, unknown>;
  for (const { path, as } of targetFields[kind]) {
    const text = textAt(path) ?? '';
    if (text !== '') setAt(target, path.split('.'), as ? as.read(text) : text);
    else if (!path.includes('.')) delete target[path];
  }
  return { [kind]: target };
}

/** The texts of the form for a target that is there, by path. */
export function showTarget(kind: TargetKind, target: unknown): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const { path, as } of targetFields[kind]) {
    const value = path
      .split('.')
      .reduce<unknown>((found, name) => (found as Record<string, unknown> | undefined)?.[name], target);
    if (value !== undefined) shown[path] = as ? as.show(value as never) : String(value);
  }
  return shown;
}

function setAt(
  object: Record<string, unknown>,
  [name = '', ...rest]: readonly string[],
  value: unknown,
): void {
  if (rest.length === 0) {
    object[name] = value;
    return;
  }
  const inner = { ...(object[name] as object | undefined) };
  object[name] = inner;
  setAt(inner, rest, value);
}
