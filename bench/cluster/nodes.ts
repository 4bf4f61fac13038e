/**
 * All nodes of a fleet in one process: nodes, links, frames, interests, claims and membership as built. Simulated are the carrier, which
 * brings a frame in the next tick, the rows of the database, and the sessions: a device is a claim, a namespace that is
 * wanted, and messages. CPU is that of all nodes together, and of what counts; frames are those that hold something.
 */
import { createHash } from 'node:crypto';
import { setImmediate as tick } from 'node:timers/promises';
import { type Carrier, ClusterNode } from '@iotcore/cluster';
import { frameHeadBytes, MemoryRows, namespaceHash, placed, RemoteRoute } from '@iotcore/cluster/internal';
import { systemClock } from '@iotcore/process';
import { aliveBytes, cpuMs, type FleetSize, namespaceOf } from './measuring.ts';

/** Begun in one tick, and under way at the same time. */
const perTick = 200;
const mostUnderWay = 4_000;
/** Messages of a kind, and those that are sent one at a time. */
const messages = 100_000;
const loneMessages = 1_000;
const message = placed(Buffer.alloc(64), 1);
/** How often it is looked whether the others have forgotten a node, in ms. */
const lookMs = 20;
const broadcastNamespace = 'registries/of-all/broadcast';

interface Traffic {
  frames: number;
  bytes: number;
}

class Network {
  readonly #receivers = new Map<string, (frame: Buffer) => void>();
  /** Since it was last taken. */
  traffic: Traffic = { frames: 0, bytes: 0 };

  carrier(): Carrier {
    let own = '';
    return {
      isConnected: true,
      open: async (incarnation, received) => {
        own = incarnation;
        this.#receivers.set(incarnation, received);
      },
      send: (to, frame) => {
        if (frame.length > frameHeadBytes) this.traffic.frames++;
        this.traffic.bytes += frame.length;
        setImmediate(() => this.#receivers.get(to)?.(frame));
      },
      close: async () => void this.#receivers.delete(own),
    };
  }
}

interface Member {
  readonly node: ClusterNode;
  /** Messages of others that came here. */
  delivered: number;
}

/**
 * The clock of the nodes runs slowly: all are in one process, which stands still for all of them while it collects garbage, and they
 * are not to take each other for dead.
 */
const slowness = 10;
const clock = {
  nowMs: () => systemClock.nowMs() / slowness,
  after: (ms: number, work: () => void) => systemClock.after(ms * slowness, work),
  soon: (work: () => void) => systemClock.soon(work),
};

export async function measureNodes(size: FleetSize): Promise<void> {
  const network = new Network();
  const rows = new MemoryRows();
  const members: Member[] = [];
  const { devices, registries, nodes } = size;
  const start = async () => {
    const member = startMember(network, rows);
    members.push(member);
    while (!member.node.isGood || member.node.status.peers.length !== members.length - 1) await tick();
  };

  /** What a phase took: `count` of something. */
  const phase = async (what: string, count: number, work: () => Promise<unknown>) => {
    network.traffic = { frames: 0, bytes: 0 };
    const began = process.cpuUsage();
    const beganMs = performance.now();
    await work();
    const ms = cpuMs(began);
    const { frames, bytes } = network.traffic;
    const seconds = ((performance.now() - beganMs) / 1_000).toFixed(1);
    const each = `${((1_000 * ms) / count).toFixed(1)} µs, ${(frames / count).toFixed(3)} frames, ${(bytes / count).toFixed(0)} bytes each`;
    process.stdout.write(
      `${what.padEnd(66)} ${(ms / 1_000).toFixed(1).padStart(6)} s of CPU in ${seconds} s; ${each}\n`,
    );
  };

  await phase(`${nodes} nodes join`, nodes, async () => {
    for (let n = 0; n < nodes; n++) await start();
  });
  const at = (n: number) => members[n % nodes] as Member;
  const empty = aliveBytes();
  await phase(`${registries} back ends subscribe`, registries, () =>
    each(registries, (n, done) => subscribe(at(n), namespaceOf(size, devices + n), done)),
  );
  await phase(`${devices} devices connect and subscribe`, devices, () =>
    each(devices, (n, done) => connect(at(n), namespaceOf(size, n), done)),
  );
  const { ownInterest, othersInterest, claims } = at(0).node.status;
  const held = (aliveBytes() - empty) / nodes / 2 ** 20;
  process.stdout.write(
    `a node holds ${held.toFixed(1)} MiB: ${ownInterest} namespaces of its own, ${othersInterest} of others, ${claims} claims\n`,
  );

  const perRegistry = Math.ceil(devices / registries);
  const chosen = (n: number) => (n * 7_919) % devices;
  const registryOf = (device: number) => Math.floor(device / perRegistry);
  const routes = new Map<string, RemoteRoute>();
  const route = (name: string) => {
    const known = routes.get(name) ?? routeTo(name);
    routes.set(name, known);
    return known;
  };
  const event = (n: number, done: () => void) => {
    const device = chosen(n);
    publish(at(device), route(namespaceOf(size, devices + registryOf(device))), done);
  };
  const command = (n: number, done: () => void) => {
    const device = chosen(n);
    publish(at(registryOf(device)), route(namespaceOf(size, device)), done);
  };
  const crossing = (n: number) => chosen(n) % nodes !== registryOf(chosen(n)) % nodes;
  const delivered = () => members.reduce((sum, member) => sum + member.delivered, 0);
  const expectDelivered = async (due: number, work: () => Promise<unknown>) => {
    const before = delivered();
    await work();
    const found = delivered() - before;
    if (found < due) throw new Error(`${found} of ${due} were delivered`);
    // Namespaces with one hash.
    if (found > due) process.stdout.write(`${found - due} came to nodes that had no use for them\n`);
  };
  const crossingOf = (count: number) => Array.from({ length: count }, (_, n) => n).filter(crossing).length;

  await phase(`${messages} events of devices, as many at once as go`, messages, () =>
    expectDelivered(crossingOf(messages), () => each(messages, event)),
  );
  await phase(`${messages} commands of back ends`, messages, () =>
    expectDelivered(crossingOf(messages), () => each(messages, command)),
  );
  await phase(`${loneMessages} commands, one at a time`, loneMessages, () =>
    expectDelivered(crossingOf(loneMessages), () => each(loneMessages, command, 1)),
  );
  await each(nodes, (n, done) => subscribe(at(n), broadcastNamespace, done));
  await phase(`${loneMessages} messages to all nodes, one at a time`, loneMessages, () =>
    expectDelivered(loneMessages * (nodes - 1), () =>
      each(loneMessages, (n, done) => publish(at(n), route(broadcastNamespace), done), 1),
    ),
  );
  const used = (aliveBytes() - empty) / nodes / 2 ** 20;
  process.stdout.write(`a node holds ${used.toFixed(1)} MiB after these messages\n`);

  await phase('one more node joins', 1, start);
  const newcomer = members.at(-1) as Member;
  process.stdout.write(`it knows of ${newcomer.node.status.othersInterest} namespaces of others\n`);
  await phase('a node ends, and the others forget it', 1, async () => {
    const [gone, ...others] = members as [Member, ...Member[]];
    await gone.node.stop();
    while (others.some(({ node }) => node.status.peers.length !== nodes - 1)) await systemClock.sleep(lookMs);
  });
  if (members.some(({ node }) => node.status.resets > 0))
    throw new Error('a node had to join anew: the figures are worth nothing');
  await Promise.all(members.slice(1).map(({ node }) => node.stop()));
}

function startMember(network: Network, rows: MemoryRows): Member {
  const member = {
    delivered: 0,
    node: new ClusterNode({
      ...{
        clock,
        carrier: network.carrier(),
        statements: rows.statements(),
        graceMs: 60_000,
        linkBytes: 16_777_216,
      },
      deliver: () => void member.delivered++,
      closeSessions: async () => {},
      failed: (what, error) => {
        throw new Error(what, { cause: error });
      },
      changed: () => {},
    }),
  };
  void member.node.start();
  return member;
}

/** Does something so often, some at the same time; resolves when all is done. */
async function each(
  count: number,
  begin: (n: number, done: () => void) => void,
  underWay = mostUnderWay,
): Promise<void> {
  let done = 0;
  for (let n = 0; n < count; ) {
    for (let k = 0; k < perTick && n < count && n - done < underWay; k++, n++) begin(n, () => void done++);
    await tick();
  }
  while (done < count) await tick();
}

function settled(done: () => void): (error?: Error) => void {
  return (error) => {
    if (error) throw error;
    done();
  };
}

function subscribe({ node }: Member, namespace: string, done: () => void): void {
  const hash = namespaceHash(namespace);
  node.gainInterest(hash);
  if (node.subscribed(hash, settled(done))) done();
}

function connect(member: Member, namespace: string, done: () => void): void {
  const key = createHash('sha256').update(`device:${namespace}`).digest('hex').slice(0, 32);
  member.node.claim(
    key,
    () => {},
    settled(() => subscribe(member, namespace, done)),
  );
}

function routeTo(namespace: string): RemoteRoute {
  return new RemoteRoute([{ namespace, topic: `$${namespace}/commands` }]);
}

function publish({ node }: Member, route: RemoteRoute, done: () => void): void {
  const underWay = node.publish(route, '', message);
  if (underWay) underWay.whenSettled(settled(done));
  else done();
}
