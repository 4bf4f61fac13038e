/** All machines of a run, with their processes and clients. */
import type { Breakage } from '../broken/builds.ts';
import { Process, type Timeline } from '../timeline/timeline.ts';
import { Checks } from './checks.ts';
import { SimulatedClient } from './clients.ts';
import { SimulatedDatabase } from './database.ts';
import { Network } from './network.ts';
import { SimulatedNode } from './simulated-node.ts';

export interface FleetOptions {
  readonly machines: number;
  readonly publishers: number;
  readonly subscribers: number;
  readonly namespaces: number;
  readonly graceMs: number;
  /** How likely it is that a process sleeps between a check and the action after it. */
  readonly sleepiness: number;
  /** How likely a message at QoS 1 is one of a permanent topic, which is held while the database is away. */
  readonly permanence: number;
}

/** Between two looks whether nodes may acknowledge, in ms. */
const lookMs = 500;

export class Fleet {
  readonly timeline: Timeline;
  readonly network: Network;
  readonly database: SimulatedDatabase;
  readonly checks: Checks;
  readonly #options: FleetOptions;
  readonly #breakage: Breakage;
  readonly #nodes: SimulatedNode[] = [];
  readonly #clients: SimulatedClient[] = [];
  #processes = 0;
  machines: number;
  /** A fault is in force during which some node must serve. */
  isServing = false;

  constructor(timeline: Timeline, options: FleetOptions, breakage: Breakage) {
    this.timeline = timeline;
    this.#options = options;
    this.#breakage = breakage;
    this.network = new Network(timeline);
    this.database = new SimulatedDatabase(timeline);
    this.checks = new Checks(
      timeline,
      (incarnation) => this.database.stateOf(incarnation),
      (namespace) => this.database.stored(namespace)?.value,
    );
    this.machines = options.machines;
  }

  get nodes(): readonly SimulatedNode[] {
    return this.#nodes;
  }

  get living(): readonly SimulatedNode[] {
    return this.#nodes.filter(({ process }) => process.isAlive);
  }

  start(): void {
    const { timeline } = this;
    const { random } = timeline;
    const { publishers, subscribers, namespaces } = this.#options;
    for (let machine = 0; machine < this.machines; machine++)
      timeline.after(random.chance(0.8) ? random.between(0, 300) : random.between(0, 15_000), () => {
        if (this.#nodes.every((node) => node.machine !== machine)) this.startOn(machine);
      });
    for (let client = 0; client < publishers + subscribers; client++) {
      const isPublisher = client < publishers;
      const name = isPublisher ? `publisher ${client}` : `subscriber ${client - publishers}`;
      // The first namespace has no subscribers: messages published there wait for no other node.
      const namespace = `namespace ${random.integer(isPublisher ? 0 : 1, namespaces)}`;
      timeline.after(random.between(500, 8_000), () => this.addClient(name, namespace, isPublisher));
    }
  }

  addClient(name: string, namespace: string, isPublisher: boolean): void {
    const { timeline, checks } = this;
    const { permanence } = this.#options;
    const parts = { timeline, checks, permanence, nodes: () => this.living };
    const client = new SimulatedClient(parts, name, namespace, isPublisher);
    this.#clients.push(client);
    client.connect();
    this.#reconnectNowAndThen(client);
  }

  /** Some clients come back without having closed their connection. */
  #reconnectNowAndThen(client: SimulatedClient): void {
    const { timeline } = this;
    timeline.after(timeline.random.between(5_000, 60_000), () => {
      if (!timeline.isFaulty) return;
      client.connect();
      this.#reconnectNowAndThen(client);
    });
  }

  addMachine(): number {
    return this.machines++;
  }

  startOn(machine: number): SimulatedNode {
    const { timeline, network, database, checks } = this;
    const { graceMs, sleepiness } = this.#options;
    const process = new Process(timeline, `node ${machine}.${++this.#processes}`, sleepiness);
    const breakage = this.#breakage;
    const node = new SimulatedNode({
      timeline,
      process,
      machine,
      network,
      database,
      checks,
      breakage,
      graceMs,
    });
    this.#nodes.push(node);
    timeline.log(`${process.name} starts`);
    void node.cluster.start();
    return node;
  }

  /** kill -9. `toldAfterMs`: when a supervisor says so; undefined: it never does. */
  crash(node: SimulatedNode, toldAfterMs: number | undefined, backAfterMs: number): void {
    const { incarnation } = node.cluster.status;
    node.process.kill();
    this.checks.ended(incarnation, this.timeline.nowMs);
    for (const client of this.#clients) client.lost(node);
    if (toldAfterMs !== undefined && incarnation !== undefined)
      this.timeline.after(toldAfterMs, () => {
        if (this.database.isUp && !this.database.unreachableFrom.has(node.machine))
          this.database.end(incarnation);
      });
    this.timeline.after(backAfterMs, () => this.startOn(node.machine));
  }

  /** SIGTERM. */
  stop(node: SimulatedNode, backAfterMs: number): void {
    this.timeline.at(
      this.timeline.nowMs,
      () =>
        void node.stop().then(() => {
          for (const client of this.#clients) client.lost(node);
          this.timeline.after(backAfterMs, () => this.startOn(node.machine));
        }),
      node.process,
    );
  }

  /** No other machine reaches it, and it reaches none. */
  cutOff(machine: number): void {
    for (let other = 0; other < this.machines; other++) {
      if (other === machine) continue;
      this.network.cut(machine, other);
      this.network.cut(other, machine);
    }
  }

  mustServe(fromMs: number, untilMs: number): void {
    this.isServing = true;
    for (const node of this.living) node.mustServe(fromMs, untilMs);
  }

  /** Between these times every node that lives now may acknowledge, and publishers have acknowledgements. */
  mustAcknowledge(fromMs: number, untilMs: number): void {
    const { timeline, checks, living } = this;
    this.mustServe(fromMs, untilMs);
    checks.mustStay(fromMs, untilMs);
    for (let atMs = fromMs; atMs < untilMs; atMs += lookMs)
      timeline.at(atMs, () => {
        for (const { cluster, process } of living)
          if (!cluster.isGood) checks.violated(`I9: ${process.name} may not acknowledge`);
      });
    timeline.at(untilMs, () => checks.mustHaveAcknowledged(fromMs, untilMs));
  }

  heal(): void {
    this.network.heal();
    this.database.heal();
    this.timeline.healedMs = this.timeline.nowMs;
    this.timeline.log('all has healed');
  }
}
