/**
 * Scenarios: a few lines of plain text that say who subscribes and publishes to what, and what then happens. The page
 * about topics is written in them. A line is one of:
 *
 *     registry <id> · broker <id> · device <id> of <registry>
 *     alias <alias> of <device> is <prefix>
 *     <who> subscribes to <filter> [- refused]
 *     <who> publishes [nothing] to <topic> [- refused]
 *     the server publishes monitoring of <device>
 *
 * Below a publication stand, indented, all copies of it (`<who> hears <name>`), below a subscription all retained messages
 * it gets at once (`<who> gets <name>`). No such line: there is none.
 */
import { checkAliases } from '../names/alias-rules.ts';
import { aliasesConflict } from '../names/aliases.ts';
import type { DeviceFacts, Principal } from '../principal.ts';
import { Server } from './server.ts';

interface Step {
  readonly line: string;
  readonly outcomes: readonly string[];
}

/** Plays a scenario. Returns what happened where it is not what the scenario says: nothing, if all is true. */
export function play(text: string): string[] {
  const stage = new Stage();
  return readSteps(text).flatMap(({ line, outcomes }) => {
    const actual = stage.perform(line);
    const expected = [...outcomes].sort();
    if (actual.length === expected.length && actual.every((it, index) => it === expected[index])) return [];
    return [`${line}: ${actual.join(', ') || 'nothing'}, and not: ${expected.join(', ') || 'nothing'}`];
  });
}

function readSteps(text: string): Step[] {
  const steps: { line: string; outcomes: string[] }[] = [];
  for (const line of text.split('\n').filter((it) => it.trim() !== '')) {
    const refused = / - refused$/.exec(line);
    if (line.startsWith(' ')) steps.at(-1)?.outcomes.push(line.trim());
    else if (refused) steps.push({ line: line.slice(0, refused.index), outcomes: ['refused'] });
    else steps.push({ line, outcomes: [] });
  }
  return steps;
}

class Stage {
  readonly #clients = new Map<string, Principal>();
  readonly #devices = new Map<string, DeviceFacts & { aliases: Map<string, string> }>();
  readonly #server = new Server(() => [...this.#devices.values()]);

  /** Performs a line; returns its outcomes, sorted. */
  perform(line: string): string[] {
    for (const [pattern, action] of this.#actions) {
      const words = pattern.exec(line)?.slice(1);
      if (words) return action(...words).sort();
    }
    throw new SyntaxError(`not a line of a scenario: ${line}`);
  }

  readonly #actions: readonly (readonly [RegExp, (...words: string[]) => string[]])[] = [
    [/^(registry|broker) (\S+)$/, (kind = '', id = '') => this.#addClient({ kind, id } as Principal)],
    [/^device (\S+) of (\S+)$/, (id = '', registryId = '') => this.#addDevice(id, registryId)],
    [
      /^alias (\S+) of (\S+) is (\S+)$/,
      (alias = '', id = '', prefix = '') => this.#addAlias(alias, id, prefix),
    ],
    [/^(\S+) subscribes to (\S+)$/, (id = '', filter = '') => this.#subscribe(id, filter)],
    [/^(\S+) publishes to (\S+)$/, (id = '', topic = '') => this.#publish(id, topic, 'payload')],
    [/^(\S+) publishes nothing to (\S+)$/, (id = '', topic = '') => this.#publish(id, topic, '')],
    [/^the server publishes monitoring of (\S+)$/, (id = '') => this.#publishMonitoring(id)],
  ];

  #addClient(client: Principal): string[] {
    this.#clients.set(client.id, client);
    return [];
  }

  #addDevice(id: string, registryId: string): string[] {
    this.#devices.set(id, { id, registryId, aliases: new Map() });
    return this.#addClient({ kind: 'device', id, registryId });
  }

  #addAlias(alias: string, id: string, prefix: string): string[] {
    const device = this.#device(id);
    const others = [...this.#devices.values()]
      .filter((it) => it.registryId === device.registryId)
      .flatMap(({ aliases }) => [...aliases.keys()]);
    const violations = checkAliases([...device.aliases, [alias, prefix]], id);
    if (violations.length > 0 || others.some((other) => aliasesConflict(alias, other))) return ['refused'];
    device.aliases.set(alias, prefix);
    return [];
  }

  #subscribe(id: string, filter: string): string[] {
    const stored = this.#server.subscribe(this.#client(id), filter);
    return stored?.map((name) => `${id} gets ${name}`) ?? ['refused'];
  }

  #publish(id: string, topic: string, payload: string): string[] {
    const copies = this.#server.publish(this.#client(id), topic, payload);
    return copies?.map(({ by, name }) => `${by.id} hears ${name}`) ?? ['refused'];
  }

  #publishMonitoring(id: string): string[] {
    return this.#server.publishMonitoring(this.#device(id)).map(({ by, name }) => `${by.id} hears ${name}`);
  }

  #client(id: string): Principal {
    const client = this.#clients.get(id);
    if (client === undefined) throw new SyntaxError(`no registry, device or broker ${id} in the scenario`);
    return client;
  }

  #device(id: string): DeviceFacts & { aliases: Map<string, string> } {
    const device = this.#devices.get(id);
    if (device === undefined) throw new SyntaxError(`no device ${id} in the scenario`);
    return device;
  }
}
