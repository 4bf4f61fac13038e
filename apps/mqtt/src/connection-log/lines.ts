/** The lines of the connection log, as the old service writes them. */
import { isIPv6 } from 'node:net';
import type { Transport } from '@iotcore/engine';
import { cutText, unprintable } from '@iotcore/model';
import type { PermanentQuotaWarning } from '@iotcore/store/data-plane';
import type { Credential } from '../clients/client.ts';

/** Text that a client chose is cut after this many characters: one line must stay readable. */
const maxTextCharacters = 1024;
/** Filters named in one line. */
const maxFilters = 20;

export function connectedLine(credential: Credential, transport: Transport, clientId: string): string {
  const how =
    credential.kind === 'password'
      ? `password: ${quote(credential.id)}`
      : `cert: ${quote(credential.fingerprint)}`;
  return `connected, ${how}, address: ${quote(addressOf(transport))}, clientID: ${quote(clientId)}`;
}

/** That nothing was heard of a device for as long as the operator said. */
export function silentLine(since: Date): string {
  return `silent since ${since.toISOString()}`;
}

/** That a first connection's password became the owner's own; from `address`, before its session begins. */
export function passwordAdoptedLine(adoption: {
  readonly passwordId: string;
  readonly address: string;
  readonly anew: boolean;
  readonly weakness: string | undefined;
}): string {
  const { passwordId, address, anew, weakness } = adoption;
  const warning = weakness === undefined ? '' : `, weak: ${quote(weakness)}`;
  return `password adopted${anew ? ' anew' : ''}, password: ${quote(passwordId)}, address: ${quote(address)}${warning}`;
}

/** `reason` may hold what a client wrote (a topic), which `escapeText` makes harmless. */
export function disconnectedLine(reason: string): string {
  return `disconnected: ${escapeText(reason)}`;
}

export function refusedLine(reason: string, transport: Transport, clientId: string | undefined): string {
  const id = clientId === undefined ? '' : `, clientID: ${quote(clientId)}`;
  return `connection refused: ${escapeText(reason)}, address: ${quote(addressOf(transport))}${id}`;
}

export function subscriptionsRefusedLine(filters: readonly string[]): string {
  const named = filters.slice(0, maxFilters).map(quote);
  if (filters.length > maxFilters) named.push(`and ${filters.length - maxFilters} more`);
  return `some of subscriptions failed: not allowed to subscribe: [${named.join(', ')}]`;
}

export function permanentQuotaLine({ what, used, quota }: PermanentQuotaWarning): string {
  const things = what === 'topics' ? 'permanent topics' : 'bytes of permanent topics';
  return `${used} of at most ${quota} ${things} are stored`;
}

function addressOf({ remoteAddress, remotePort }: Transport): string {
  return `${isIPv6(remoteAddress) ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
}

/** In double quotes, with quotes and backslashes escaped, so that a name cannot end its own quotation. */
function quote(text: string): string {
  return `"${escapeText(text).replaceAll('"', '\\"')}"`;
}

/** Escaped, so that a line stays one line, and nothing in it steers a terminal or reads otherwise than it is. */
function escapeText(text: string): string {
  return cutText(text, maxTextCharacters)
    .replaceAll('\\', '\\\\')
    .replaceAll(unprintable, (character) => {
      const hex = (character.codePointAt(0) ?? 0).toString(16);
      return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
    });
}

/** Of an export of the registry or broker. */
export function exportDiscardedLine(exportId: string, messages: number): string {
  return `export: "${exportId}", its log is full, messages discarded: ${messages}`;
}

/** `share` of what its log may hold waits. */
export function exportFillingLine(exportId: string, share: number): string {
  return `export: "${exportId}", its log is filling: ${Math.floor(share * 100)} % of backlog.maxBytes wait`;
}
