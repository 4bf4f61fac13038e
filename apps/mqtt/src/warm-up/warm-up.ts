/**
 * Runs the code that a message passes, before anybody can connect. A fleet that comes back after a restart publishes ten
 * thousand first messages within a second, and code that V8 has not compiled yet takes several times as long for each: they queued
 * up for a quarter of a second (docs/benchmarks.md). Sockets, engine and rights are the real ones; the engine, its devices and the
 * port are of this function only, and gone when it returns.
 */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type EngineHost, quietHost, reasonOf } from '@iotcore/engine';
import { createNativeEngine, toDirectSocket } from '@iotcore/engine/native';
import type { DeviceFacts, Principal } from '@iotcore/model';
import type { KnownDevice } from '../directory/device-directory.ts';
import { engineLimits } from '../engine-limits.ts';
import { grant, type RightsParts, route } from '../rights/rights.ts';
import { WarmUpClient } from './warm-up-client.ts';

/** It ends after this many ms, however far it is. */
const usualMostMs = 1_000;
/** Each sends a message a round. */
const devices = 50;
/** By then V8 has compiled what is hot; more made no difference. */
const rounds = 60;

const registryId = 'warm-up';

/** How many messages went through. Rejects if not even the clients could log in within `mostMs`. */
export async function warmUp(mostMs = usualMostMs): Promise<number> {
  const signal = AbortSignal.timeout(mostMs);
  const known = new Map(
    Array.from({ length: devices }, (_, n) => [`device-${n}`, knownDevice(`device-${n}`)]),
  );
  const password = randomBytes(16).toString('hex');
  const engine = createNativeEngine(createHost(known, password), {
    ...engineLimits,
    connectTimeoutMs: mostMs,
  });
  const server = createServer({ noDelay: true, pauseOnConnect: true }, (accepted) => {
    const socket = toDirectSocket(accepted);
    engine.accept(socket, {
      secure: false,
      remoteAddress: '127.0.0.1',
      remotePort: 0,
      peerCertificate: () => undefined,
    });
    socket.resume();
  });
  const clients: WarmUpClient[] = [];
  let messages = 0;
  try {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const logIn = async (id: string) => {
      const client = await WarmUpClient.connect(port, id, password, signal);
      clients.push(client);
      return client;
    };
    await (await logIn(registryId)).subscribe('$devices/+/events/#');
    const publishers = await Promise.all([...known.keys()].map(logIn));
    for (let round = 0; round < rounds && !signal.aborted; round++) {
      const answers = publishers.map((device) => device.publish(`$devices/${device.id}/events`));
      // The connections end with the time: what was not answered by then never will be.
      if ((await Promise.allSettled(answers)).some(({ status }) => status === 'rejected')) break;
      messages += publishers.length;
      // Where a message goes is worked out anew, as for the first message of a device.
      for (const device of known.values()) renew(device);
    }
    return messages;
  } finally {
    for (const client of clients) client.close();
    server.close();
    await engine.close(reasonOf('server stopping'));
  }
}

interface RenewableDevice extends KnownDevice {
  basis: { stale: boolean };
}

function knownDevice(id: string): RenewableDevice {
  const facts: DeviceFacts = { id, registryId, aliases: new Map() };
  return { facts, basis: { stale: false } };
}

function renew(device: RenewableDevice): void {
  device.basis.stale = true;
  device.basis = { stale: false };
}

function createHost(known: ReadonlyMap<string, KnownDevice>, password: string): EngineHost<Principal> {
  const rights: RightsParts = {
    findDevices(lookup) {
      const device = lookup.by === 'id' ? known.get(lookup.deviceId) : undefined;
      return device ? [device] : [];
    },
    async *readRetained() {},
    exports: { basis: { stale: false }, tapsOf: () => ({ taps: undefined, isShared: true }) },
  };
  return {
    ...quietHost,
    connect: async ({ username = '', password: given }) =>
      given?.toString() === password
        ? { accepted: true, principal: principalOf(username), scope: username }
        : { accepted: false, code: 4, reason: reasonOf('wrong password') },
    route: (principal, topic) => route(rights, principal, topic),
    grant: (principal, filter) => grant(rights, principal, filter),
  };
}

function principalOf(id: string): Principal {
  return id === registryId ? { kind: 'registry', id } : { kind: 'device', id, registryId };
}
