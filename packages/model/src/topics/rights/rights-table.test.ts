/** Every cell of: who × what topic × whose × publish or subscribe × notation, compared with the oracle. */
import { describe, expect, test } from 'vitest';
import type { DeviceFacts, Principal } from '../principal.ts';
import { broker, principalOf, registry } from '../testing/fixture.ts';
import { Oracle } from '../testing/oracle.ts';
import { Server } from '../testing/server.ts';

const device = (id: string, registryId: string): DeviceFacts => ({
  id,
  registryId,
  aliases: new Map([[`alias-of-${id}/`, `$devices/${id}/`]]),
});
const own = device('d1', 'r1');
const sibling = device('d2', 'r1');
const foreign = device('d3', 'r2');
const devices = [own, sibling, foreign];
const oracle = new Oracle(devices);

const clients = [principalOf(own), registry('r1'), registry('r2')];
const topics = [
  ...devices.map(({ id }) => `$devices/${id}`),
  ...['r1', 'r2'].map((id) => `$registries/${id}`),
].flatMap((owner) =>
  ['events', 'state', 'commands', 'config', 'telemetry'].flatMap((kind) => [
    `${owner}/${kind}`,
    `${owner}/${kind}/bedroom/temperature`,
  ]),
);
const monitoring = devices.map(({ id }) => `$monitoring/${id}/json`);

/** How a client would write a full topic in a form, whether it may or not. */
const forms: Record<string, (client: Principal, full: string) => string> = {
  'with $': (_, full) => full,
  'without $': (_, full) => full.slice(1),
  'by alias': (_, full) => full.replace(/^\$devices\/(\w+)\//, 'alias-of-$1/').replace(/^\$/, 'alias-of-'),
  'by $me': ({ id }, full) =>
    full
      .replace(`$devices/${id}/`, '$me/device/')
      .replace(/^\$devices\//, '$me/device/')
      .replace(/^\$registries\/r1\//, '$me/registry/')
      .replace(/^\$registries\//, '$me/registry/')
      .replace(/^\$monitoring\/d1\//, '$me/monitoring/')
      .replace(/^\$monitoring\//, '$me/monitoring/'),
};

const server = () => new Server(() => devices);

describe.each(Object.keys(forms))('topics written %s', (form) => {
  const write = forms[form] ?? String;

  test.each(clients)('may be published to by $kind $id exactly as the table says', (client) => {
    for (const full of [...topics, ...monitoring]) {
      const written = write(client, full);
      const meant = oracle.meaning(client, written);
      const expected = meant !== undefined && oracle.mayPublish(client, meant);
      expect(server().publish(client, written) !== undefined, written).toBe(expected);
    }
  });

  test.each(clients)('may be subscribed to by $kind $id exactly as the table says', (client) => {
    for (const full of [...topics, ...monitoring]) {
      const written = write(client, full);
      const meant = oracle.meaning(client, written);
      const expected = meant !== undefined && oracle.mayHear(client, meant);
      expect(server().subscribe(client, written) !== undefined, written).toBe(expected);
      expect(server().subscribe(client, `${written}/#`) !== undefined, `${written}/#`).toBe(expected);
    }
  });

  test('are nothing but topics of its own to a broker, if they do not begin with $', () => {
    for (const full of [...topics, ...monitoring]) {
      const written = write(broker('d1'), full);
      expect(server().publish(broker('d1'), written) !== undefined, written).toBe(!written.startsWith('$'));
      expect(server().subscribe(broker('d1'), written) !== undefined, written).toBe(!written.startsWith('$'));
    }
  });
});

/** What the oracle says, for people: all that is allowed on topics without a subtopic. */
describe('of all topics', () => {
  const shown = [...topics, ...monitoring].filter((topic) => !topic.includes('bedroom'));

  test('a device publishes to these and no others', () => {
    expect(shown.filter((topic) => server().publish(principalOf(own), topic))).toEqual([
      '$devices/d1/events',
      '$devices/d1/state',
      '$registries/r1/events',
      '$registries/r1/state',
    ]);
  });

  test('a device subscribes to these and no others', () => {
    expect(shown.filter((topic) => server().subscribe(principalOf(own), topic))).toEqual([
      '$devices/d1/commands',
      '$devices/d1/config',
      '$registries/r1/commands',
      '$registries/r1/config',
      '$monitoring/d1/json',
      '$monitoring/d2/json',
    ]);
  });

  test('a registry publishes to these and no others', () => {
    expect(shown.filter((topic) => server().publish(registry('r1'), topic))).toEqual([
      '$devices/d1/commands',
      '$devices/d1/config',
      '$devices/d2/commands',
      '$devices/d2/config',
      '$registries/r1/commands',
      '$registries/r1/config',
    ]);
  });

  test('a registry subscribes to these and no others', () => {
    expect(shown.filter((topic) => server().subscribe(registry('r1'), topic))).toEqual([
      '$devices/d1/events',
      '$devices/d1/state',
      '$devices/d2/events',
      '$devices/d2/state',
      '$registries/r1/events',
      '$registries/r1/state',
      '$monitoring/d1/json',
      '$monitoring/d2/json',
    ]);
  });
});
