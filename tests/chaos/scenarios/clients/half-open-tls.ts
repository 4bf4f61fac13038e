import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from '@iotcore/testkit/faults';
import { measureSlownessNow } from '@iotcore/testkit/slowness';
import { watchBystanders } from '../../fixture/bystander.ts';
import type { Fixture } from '../../fixture/fixture.ts';
import { must, type Scenario } from '../../scenario.ts';

const connections = { short: 1000, full: 10_000 };
/** The server gives a handshake ten seconds; then its connections are gone. */
const attackMs = 15_000;
const calmMs = 15_000;
/** What bystanders may wait on an idle machine, for a login or the answer to a ping. */
const mostWaitMs = 1000;
/** What may stay of it: holes between pieces of memory that are in use, which the next attack fills again. */
const keptMiB = 64;

/** Connections over TLS that never complete their handshake: others are served, and nothing is left of them. */
export const halfOpenTls: Scenario = {
  id: '27',
  title: 'TLS handshakes that are never completed, all at once',
  short: false,
  async run(chaos) {
    const fixture = await chaos.fixture({ perSecond: 2, devices: 4 });
    const slownessBefore = measureSlownessNow();
    const count = chaos.short ? connections.short : connections.full;
    const before = await collectedMiB(fixture);
    const login = fixture.tenant.devices.find(({ password }) => password !== undefined);
    must(login?.password !== undefined, 'no device with a password');
    let isOver = false;
    const bystanders = watchBystanders(
      {
        port: fixture.ports.mqtt,
        tlsPort: fixture.ports.mqtts,
        caPem: fixture.caPem,
        username: login.id,
        password: login.password,
      },
      () => isOver,
    );
    const attacker = new Child({
      name: 'attacker',
      script: ['tests/chaos/attacks/half-open-tls.ts', String(fixture.ports.mqtts), String(count)],
      env: {},
    });
    chaos.cleanup(() => attacker.kill('SIGKILL'));
    await Promise.race([attacker.ready, bystanders]);
    const end = performance.now() + attackMs;
    let peak = 0;
    while (performance.now() < end) {
      peak = Math.max(peak, await memoryMiB(fixture));
      await sleep(500);
    }
    isOver = true;
    const { connected, newcomer, turnedAway } = await bystanders;
    // Where the kernel's queue was full it holds connections that the server never had: they do not end by themselves.
    attacker.kill('SIGKILL');
    await attacker.exited;
    await sleep(calmMs);
    // Others may have come, or gone, since: what may be waited for is that of the slower end, and the row says so.
    const slownessAfter = measureSlownessNow();
    const mostMs = mostWaitMs * Math.max(slownessBefore, slownessAfter);
    const uncollected = await memoryMiB(fixture);
    const after = await collectedMiB(fixture);
    chaos.note(
      `${count} connections; the slowest ping of ${connected.length} took ${slowest(connected).toFixed(0)} ms`,
    );
    chaos.note(
      `the slowest login of ${newcomer.length} from another address took ${slowest(newcomer).toFixed(0)} ms, ${turnedAway} got none`,
    );
    chaos.note(
      `the machine was ${slownessBefore.toFixed(1)} times slower than an idle one before, and ${slownessAfter.toFixed(1)} times after`,
    );
    chaos.note(
      `memory ${before.toFixed(0)} MiB before, at most ${peak.toFixed(0)} MiB; ${uncollected.toFixed(0)} MiB after, ${after.toFixed(0)} MiB without garbage`,
    );
    must(turnedAway === 0, `${turnedAway} bystanders could not log in`);
    const waitedMs = slowest([...connected, ...newcomer]);
    must(waitedMs <= mostMs, `a bystander waited ${waitedMs.toFixed(0)} ms, more than ${mostMs.toFixed(0)}`);
    must(after - before < keptMiB, `${(after - before).toFixed(0)} MiB were not given back`);
    return fixture.check();
  },
};

function slowest(ms: readonly number[]): number {
  return Math.max(...ms);
}

/** Without garbage, which V8 leaves lying until it needs the room, or has nothing at all to do. */
async function collectedMiB(fixture: Fixture): Promise<number> {
  await fixture.plane('mqtt').held(true);
  return memoryMiB(fixture);
}

async function memoryMiB(fixture: Fixture): Promise<number> {
  return (await fixture.metric('process_resident_memory_bytes')) / 2 ** 20;
}
