/**
 * The rules of topics once more, slow and straight from their description, to compare the model with. It shares nothing
 * with the model but types: it knows no namespaces, asks every question of every topic, and matches by regular expressions.
 */
import type { DeviceFacts, Principal } from '../principal.ts';

type Client = Exclude<Principal, { kind: 'broker' }>;

const kinds = '(events|state|commands|config)';
const deviceTopic = new RegExp(`^\\$devices/([^/]+)/${kinds}(?:/[^]*)?$`);
const registryTopic = new RegExp(`^\\$registries/([^/]+)/${kinds}(?:/[^]*)?$`);
const monitoringTopic = /^\$monitoring\/([^/]+)\/json$/;

const registryOf = (client: Client) => (client.kind === 'device' ? client.registryId : client.id);
const isTelemetry = (kind: string | undefined) => kind === 'events' || kind === 'state';

export class Oracle {
  readonly #devices: readonly DeviceFacts[];

  constructor(devices: readonly DeviceFacts[]) {
    this.#devices = devices;
  }

  mayPublish(client: Client, full: string): boolean {
    const [, deviceId, kind] = deviceTopic.exec(full) ?? [];
    if (deviceId !== undefined) {
      if (isTelemetry(kind)) return client.kind === 'device' && client.id === deviceId;
      return client.kind === 'registry' && this.#registryOfDevice(deviceId) === client.id;
    }
    const [, registryId, registryKind] = registryTopic.exec(full) ?? [];
    if (registryId !== registryOf(client)) return false;
    return isTelemetry(registryKind) ? client.kind === 'device' : client.kind === 'registry';
  }

  mayHear(client: Client, full: string): boolean {
    const [, deviceId, kind] = deviceTopic.exec(full) ?? [];
    if (deviceId !== undefined) {
      if (!isTelemetry(kind)) return client.kind === 'device' && client.id === deviceId;
      return client.kind === 'registry' && this.#registryOfDevice(deviceId) === client.id;
    }
    const [, watched] = monitoringTopic.exec(full) ?? [];
    if (watched !== undefined) return this.#registryOfDevice(watched) === registryOf(client);
    const [, registryId, registryKind] = registryTopic.exec(full) ?? [];
    if (registryId !== registryOf(client)) return false;
    return isTelemetry(registryKind) ? client.kind === 'registry' : client.kind === 'device';
  }

  /** The full topic that a client means by what it writes; undefined: none. */
  meaning(client: Client, written: string): string | undefined {
    if (/^\$(devices|registries|monitoring)\//.test(written)) return written;
    if (/^(devices|registries)\//.test(written)) return `$${written}`;
    if (written.startsWith('$me/device/') && client.kind === 'device') {
      return written.replace('$me/device/', () => `$devices/${client.id}/`);
    }
    if (written.startsWith('$me/registry/')) {
      return written.replace('$me/registry/', () => `$registries/${registryOf(client)}/`);
    }
    if (written === '$me/monitoring/json' && client.kind === 'device') return `$monitoring/${client.id}/json`;
    if (written.startsWith('$')) return undefined;
    for (const [device, alias, prefix] of this.#aliasesOf(client)) {
      if (!written.startsWith(alias)) continue;
      const full = prefix + written.slice(alias.length);
      if (full.startsWith(`$devices/${device}/`)) return full;
    }
    return undefined;
  }

  /** Every name under which this client may be given a full topic: what it could write to mean it. */
  names(client: Client, full: string): string[] {
    const names = [full];
    if (/^\$(devices|registries)\//.test(full)) names.push(full.slice(1));
    for (const beginning of ['$me/device/', '$me/registry/']) {
      for (let cut = full.length; cut > 0; cut -= 1) names.push(beginning + full.slice(cut));
    }
    names.push('$me/monitoring/json');
    for (const [, alias, prefix] of this.#aliasesOf(client)) names.push(full.replace(prefix, () => alias));
    return [...new Set(names)].filter((name) => this.meaning(client, name) === full);
  }

  /** The names under which a client with this filter gets a message on a full topic. */
  heard(client: Client, filter: string, full: string): string[] {
    if (!this.mayHear(client, full)) return [];
    return this.names(client, full).filter((name) => form(name) === form(filter) && isMatch(filter, name));
  }

  /**
   * Is there a topic that the filter matches and the client may receive? Tried with every name of every topic that is
   * mentioned anywhere, and with every word that occurs in place of each wildcard.
   */
  isGranted(client: Client, filter: string): boolean {
    if (/^[+#]/.test(filter)) return true;
    const names = this.#topics().flatMap((full) => this.names(client, full));
    return [...names, ...instances(filter.split('/'), [...this.#words()])].some((name) => {
      const full = this.meaning(client, name);
      return full !== undefined && this.heard(client, filter, full).includes(name);
    });
  }

  #topics(): string[] {
    return this.#devices.flatMap(({ id, registryId, aliases }) => [
      `$monitoring/${id}/json`,
      ...aliases.values(),
      ...['events', 'state', 'commands', 'config'].flatMap((kind) => [
        `$devices/${id}/${kind}`,
        `$registries/${registryId}/${kind}`,
      ]),
    ]);
  }

  #words(): Set<string> {
    const words = new Set([
      'events',
      'state',
      'commands',
      'config',
      'json',
      'device',
      'registry',
      'monitoring',
    ]);
    for (const { id, registryId, aliases } of this.#devices) {
      words.add(id).add(registryId);
      for (const [alias, prefix] of aliases) {
        for (const level of alias.split('/')) words.add(level);
        for (const kind of ['events', 'state', 'commands', 'config']) {
          const topic = `$devices/${id}/${kind}`;
          if (!topic.startsWith(prefix)) continue;
          for (const level of (alias + topic.slice(prefix.length)).split('/')) words.add(level);
        }
      }
    }
    return words;
  }

  #registryOfDevice(deviceId: string): string | undefined {
    return this.#devices.find(({ id }) => id === deviceId)?.registryId;
  }

  /** [device, alias, prefix] of every alias that the client may use. */
  #aliasesOf(client: Client): (readonly [string, string, string])[] {
    return this.#devices
      .filter((device) =>
        client.kind === 'device' ? device.id === client.id : device.registryId === client.id,
      )
      .flatMap((device) => [...device.aliases].map(([alias, prefix]) => [device.id, alias, prefix] as const));
  }
}

function form(text: string): string {
  if (text.startsWith('$me/')) return '$me';
  if (text.startsWith('$')) return 'full';
  return /^(devices|registries)\//.test(text) ? 'without $' : 'alias';
}

/** Section 4.7 as a regular expression. */
export function isMatch(filter: string, topic: string): boolean {
  if (/^[+#]/.test(filter) && topic.startsWith('$')) return false;
  if (filter === '#') return true;
  const isOpen = filter.endsWith('/#');
  const pattern = (isOpen ? filter.slice(0, -2) : filter)
    .split('/')
    .map((level) => (level === '+' ? '[^/]*' : level.replace(/[\\^$.*?()[\]{}|]/g, '\\$&')))
    .join('/');
  return new RegExp(`^${pattern}${isOpen ? '(?:/[^]*)?' : ''}$`).test(topic);
}

/** The filter with words in place of its wildcards; `#` stands for up to two levels, enough to reach any kind. */
function instances(levels: readonly string[], words: readonly string[]): string[] {
  const [level, ...rest] = levels;
  if (level === undefined) return [''];
  if (level === '#') {
    return ['', ...words, ...words.flatMap((one) => words.map((other) => `${one}/${other}`))];
  }
  const tails = rest.length === 0 ? [''] : instances(rest, words).map((tail) => `/${tail}`);
  if (rest[0] === '#') tails.push('');
  const choices = level === '+' ? words : [level];
  return choices.flatMap((choice) => tails.map((tail) => choice + tail));
}
