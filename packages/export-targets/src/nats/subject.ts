import type { ExportIdentity, OutgoingMessage } from '../target.ts';

/** Stands for a device where none sent the message; no device is called so. */
const nobody = '_';

/**
 * `<prefix>.<registry or broker>.<device>.<rest>`: of topics in full the rest begins with their kind, of others it is all of
 * them. What means something in a subject is written as `%XX`, and so is nothing.
 */
export function subjectOf(
  prefix: string,
  { registryId, brokerId }: ExportIdentity,
  { deviceId, topic }: Pick<OutgoingMessage, 'deviceId' | 'topic'>,
): string {
  const levels = topic.split('/');
  const isFull = /^\$?(devices|registries)$/.test(levels[0] ?? '') && brokerId === null;
  const tokens = [registryId ?? brokerId ?? '', deviceId || nobody, ...(isFull ? levels.slice(2) : levels)];
  return [prefix, ...tokens.map(escaped)].join('.');
}

function escaped(token: string): string {
  if (token === '') return '%';
  return encodeURIComponent(token).replaceAll(/[.*~!'()]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}
