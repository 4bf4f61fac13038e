/** Three MQTT nodes as on three machines, over NATS: what happens to one of them, to NATS, or to what lies between. */
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '@iotcore/process';
import { FaultProxy } from '@iotcore/testkit/faults';
import { NatsServer, natsServer } from '../../../debian/nats.ts';
import type { Fixture } from '../../fixture/fixture.ts';
import { NatsProxy } from '../../fixture/nats-proxy.ts';
import type { Nodes } from '../../fixture/nodes.ts';
import { mostTogetherMs, Rivals } from '../../fixture/rivals.ts';
import { lacks } from '../../fixture/tools.ts';
import { mustLeaveNoTrace } from '../../fixture/traces.ts';
import { type Chaos, must, type Scenario } from '../../scenario.ts';

const nodeCount = 3;
/** A node that is cut off finds out within this time, and closes its sessions (docs/promises.md), ms. */
const findsOutMs = 20_000;

interface Site {
  readonly chaos: Chaos;
  readonly fixture: Fixture;
  readonly nodes: Nodes;
}

interface Trial {
  readonly id: string;
  readonly title: string;
  readonly rounds: number;
  /** Makes three nodes, and answers what goes wrong in a round; it resolves once the cause is gone. */
  open(chaos: Chaos): Promise<{
    readonly site: Site;
    strike(round: number): Promise<void>;
    note?(): string;
    /** Clients that take one client ID from each other at all nodes. */
    readonly rivals?: Rivals;
  }>;
}

/** The trial, and the same with the database away while it goes wrong. */
function bothWays({ id, title, rounds, open }: Trial): readonly Scenario[] {
  return [false, true].map((isWithoutDatabase) => ({
    id: isWithoutDatabase ? `${id}d` : id,
    title: isWithoutDatabase ? `${title}, the database away` : title,
    short: false,
    maxRecoverySeconds: 90,
    obstacle: async () => lacks(natsServer, 'nats-server'),
    async run(chaos) {
      const { site, strike, note, rivals } = await open(chaos);
      const { fixture, nodes } = site;
      const most = chaos.short ? 2 : rounds;
      let agitate = rivals?.calm();
      for (let round = 0; round < most; round += 1) {
        await fixture.run(chaos.random.integer(500, 2_500));
        const heal = fixture.messages.fault();
        agitate?.();
        if (isWithoutDatabase) await fixture.postgres.kill();
        await strike(round);
        if (isWithoutDatabase) await fixture.postgres.start();
        heal();
        await nodes.together();
        agitate = rivals?.calm();
        await fixture.everybodyServed(90_000);
      }
      chaos.note(`${most} times${note ? `; ${note()}` : ''}`);
      if (rivals) await checkRivals(rivals, site);
      const result = await fixture.check();
      await mustLeaveNoTrace(fixture);
      return result;
    },
  }));
}

/** Nobody keeps a connection whose client ID another has taken. */
async function checkRivals(rivals: Rivals, { chaos, fixture }: Site): Promise<void> {
  // Long enough for one that stays to be told from one that goes.
  await fixture.run(2 * mostTogetherMs);
  const { longestTogetherMs, connections } = rivals;
  rivals.stop();
  chaos.note(
    `${connections} connections took one client ID, two at once for ${Math.ceil(longestTogetherMs)} ms at most`,
  );
  must(longestTogetherMs <= mostTogetherMs, `one client ID had two connections for ${longestTogetherMs} ms`);
}

async function threeNodes(chaos: Chaos, natsUrlOf: (index: number) => string): Promise<Site> {
  const envOf = (index: number) => ({ IOT_NATS_SERVERS: natsUrlOf(index) });
  const fixture = await chaos.fixture({ nodes: { count: nodeCount, envOf } });
  return { chaos, fixture, nodes: fixture.nodes };
}

const startNats = (chaos: Chaos, args: readonly string[] = []) =>
  NatsServer.start((stop) => chaos.cleanup(stop), args);
const portOf = ({ url }: NatsServer) => Number(new URL(url).port);
const urlOf = (port: number) => `nats://127.0.0.1:${port}`;

/** A node is cut off from now on, whatever the reason: it has its time to find out. */
function cutOff({ fixture, nodes }: Site, index: number): void {
  const { mqtt, mqtts } = nodes.portsOf(index);
  fixture.messages.cutOff([mqtt, mqtts])(performance.now() + findsOutMs);
}

function cutOffAll(site: Site): void {
  for (let index = 0; index < nodeCount; index += 1) cutOff(site, index);
}

/** Three nodes on one NATS, one of which is struck. */
function onOneNats(strikeNode: (site: Site, index: number) => Promise<void>): Trial['open'] {
  return async (chaos) => {
    const nats = await startNats(chaos);
    const site = await threeNodes(chaos, () => nats.url);
    return { site, strike: () => strikeNode(site, chaos.random.integer(0, nodeCount - 1)) };
  };
}

const nodeKilled: Trial = {
  id: '6k',
  title: 'One of three MQTT nodes over NATS killed (kill -9)',
  rounds: 20,
  open: onOneNats(async ({ chaos, nodes }, index) => {
    nodes.kill(index, 'SIGKILL');
    await sleep(chaos.random.integer(0, 1_500));
  }),
};

/** Its sockets and their queues stay; it wakes, and must find out that the others have gone on. */
const nodeFrozen: Trial = {
  id: '6f',
  title: 'One of three MQTT nodes frozen for 10 s (SIGSTOP)',
  rounds: 8,
  open: onOneNats(async ({ fixture, nodes }, index) => {
    const { mqtt, mqtts } = nodes.portsOf(index);
    const woken = fixture.messages.cutOff([mqtt, mqtts]);
    nodes.kill(index, 'SIGSTOP');
    await sleep(10_000);
    nodes.kill(index, 'SIGCONT');
    woken(performance.now());
  }),
};

/** Two servers of one NATS cluster; a node goes to either. */
const natsKilled: Trial = {
  id: '18',
  title: 'NATS killed (kill -9), one of two servers or both, under three nodes',
  rounds: 20,
  async open(chaos) {
    const ports = [await findFreePort(), await findFreePort()] as const;
    const args = (own: number, other: number) => [
      ...['--cluster_name', 'chaos', '--cluster', urlOf(own)],
      ...['--routes', urlOf(other)],
    ];
    const servers = [
      await startNats(chaos, args(ports[0], ports[1])),
      await startNats(chaos, args(ports[1], ports[0])),
    ];
    const site = await threeNodes(chaos, () => servers.map(({ url }) => url).join(','));
    return {
      site,
      async strike(round) {
        const struck = round % 2 === 0 ? [chaos.random.pick(servers)] : servers;
        cutOffAll(site);
        await Promise.all(struck.map((server) => server.kill()));
        // Now and then for so long that the nodes must part.
        await sleep(round % 5 === 3 ? chaos.random.integer(10_000, 25_000) : chaos.random.integer(0, 2_000));
        await Promise.all(struck.map((server) => server.start()));
      },
    };
  },
};

/** Each node reaches NATS by way of its own: cut off it is alone, and so are all three where all are. */
const partition: Trial = {
  id: '19',
  title: 'Nodes cut off from each other: one from two, or all three',
  rounds: 10,
  async open(chaos) {
    const nats = await startNats(chaos);
    const ways: FaultProxy[] = [];
    for (let index = 0; index < nodeCount; index += 1) ways.push(await FaultProxy.start(portOf(nats)));
    chaos.cleanup(() => Promise.all(ways.map((way) => way.close())));
    const site = await threeNodes(chaos, (index) => urlOf((ways[index] as FaultProxy).port));
    const rivals = await Rivals.start(site.fixture, chaos.random.fork('rivals'));
    chaos.cleanup(() => rivals.stop());
    return {
      ...{ site, rivals },
      async strike(round) {
        const all = ways.map((_, index) => index);
        const apart = round % 3 === 2 ? all : [chaos.random.integer(0, nodeCount - 1)];
        cutOffAll(site);
        for (const index of apart) strikeWay(ways[index] as FaultProxy, chaos.random.integer(0, 2));
        // Healed at any time: before the nodes part, while they do, and long after.
        await sleep(chaos.random.integer(1_000, 22_000));
        for (const way of ways) way.heal();
      },
    };
  },
};

/** Refused, or silent in both directions, or in one. */
function strikeWay(way: FaultProxy, kind: number): void {
  if (kind === 0) {
    way.refuse();
    way.cutAll();
  } else if (kind === 1) way.setBoth({ stalled: true });
  else way.set('up', { stalled: true });
}

const disorder: Trial = {
  id: '20',
  title: 'Frames between nodes repeated, late, in another order and lost',
  rounds: 10,
  async open(chaos) {
    const nats = await startNats(chaos);
    const ways: NatsProxy[] = [];
    for (let index = 0; index < nodeCount; index += 1)
      ways.push(await NatsProxy.start(portOf(nats), chaos.random.fork(`way ${index}`)));
    chaos.cleanup(() => ways.forEach((way) => void way.stop()));
    const site = await threeNodes(chaos, (index) => urlOf((ways[index] as NatsProxy).port));
    return {
      site,
      async strike() {
        for (const way of ways)
          way.mischief = { repeated: 0.2, late: 0.2, lateMs: chaos.random.integer(20, 800), lost: 0.03 };
        await sleep(chaos.random.integer(4_000, 8_000));
        for (const way of ways) way.heal();
      },
      note: () => `${ways.reduce((sum, { touched }) => sum + touched, 0)} frames touched`,
    };
  },
};

export const nodesAndNats: readonly Scenario[] = [
  nodeKilled,
  nodeFrozen,
  natsKilled,
  partition,
  disorder,
].flatMap(bothWays);
