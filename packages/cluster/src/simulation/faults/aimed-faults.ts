/** Faults that random ones hardly ever come to, each aimed at one rule. */
import type { Fleet } from '../fleet/fleet.ts';

const atMs = 14_000;

/** A node without the database receives from the others but cannot reach them: what it receives must not keep it good. */
export function heardOnly(fleet: Fleet): void {
  fleet.timeline.at(atMs, () => {
    fleet.database.unreachableFrom.add(0);
    for (let other = 1; other < fleet.machines; other++) fleet.network.cut(0, other);
    fleet.timeline.log('aimed: machine 0 hears, and is not heard');
  });
}

/** A node without the database hears later and later from the others, and then is not heard any more. */
export function lateAcknowledgements(fleet: Fleet): void {
  const { timeline, network } = fleet;
  network.heldBack = 0;
  timeline.at(atMs, () => fleet.database.unreachableFrom.add(0));
  for (const [step, lateMs] of [3_000, 6_000].entries())
    timeline.at(atMs + step * 4_000, () => {
      network.delay(lateMs, (_from, to) => to === 0);
      timeline.log(`aimed: all that machine 0 hears is late by ${lateMs} ms`);
    });
  timeline.at(atMs + 13_000, () => {
    for (let other = 1; other < fleet.machines; other++) network.cut(0, other);
    timeline.log('aimed: machine 0 is not heard any more');
  });
}

/** The members lose the database. A newcomer has it, but receives nothing from them: it must not take them for dead too soon. */
export function newcomerAlone(fleet: Fleet): void {
  fleet.timeline.at(atMs, () => {
    const newcomer = fleet.addMachine();
    for (let member = 0; member < newcomer; member++) fleet.database.unreachableFrom.add(member);
    fleet.cutOff(newcomer);
    fleet.timeline.log(
      `aimed: only machine ${newcomer}, which is new and hears nobody, reaches the database`,
    );
    fleet.startOn(newcomer);
  });
}

/**
 * The members receive from a newcomer that receives nothing from them, nor from the database for a while: no node may have to
 * wait for it.
 */
export function deafNewcomer(fleet: Fleet): void {
  fleet.network.heldBack = 0;
  fleet.timeline.at(atMs, () => {
    const newcomer = fleet.addMachine();
    for (let member = 0; member < newcomer; member++) fleet.network.cut(member, newcomer);
    fleet.timeline.log(`aimed: machine ${newcomer}, which is new, hears nobody`);
    fleet.startOn(newcomer);
    fleet.mustServe(atMs, atMs + 27_000);
    fleet.timeline.after(300, () => fleet.database.unreachableFrom.add(newcomer));
  });
  // Each is the first that listens to something, so all must hear of it.
  for (let client = 0; client < 40; client++)
    fleet.timeline.at(atMs - 100 + client * 20, () =>
      fleet.addClient(`late ${client}`, `namespace of late ${client}`, false),
    );
}

/**
 * A node receives nothing from another, nor from the database, while that other node is condemned; a newcomer tells it so. It
 * must not go on at once: the condemned node has renewed its row until just now.
 */
export function condemnedAtSecondHand(fleet: Fleet): void {
  const { timeline, network, database } = fleet;
  const newest = fleet.addMachine();
  timeline.at(8_300, () => fleet.startOn(newest));
  network.heldBack = 0;
  timeline.at(atMs, () => {
    database.unreachableFrom.add(0);
    for (let other = 0; other < newest; other++) network.cut(newest, other);
    timeline.log(`aimed: machine ${newest} is not heard, and machine 0 without the database`);
  });
  timeline.at(atMs + 3_700, () => {
    database.unreachableFrom.add(newest);
    timeline.log(`aimed: machine ${newest} does not reach the database any more`);
  });
  timeline.at(atMs + 3_200 + timeline.random.between(0, 1_000), () => {
    const newcomer = fleet.addMachine();
    network.cut(newcomer, newest);
    network.cut(newest, newcomer);
    timeline.log(`aimed: machine ${newcomer} is new, and tells machine 0 what it reads`);
    fleet.startOn(newcomer);
  });
}

/** A young node is cut off and comes back. Frames for its earlier incarnation reach the next one. */
export function framesOfBefore(fleet: Fleet): void {
  const { timeline, network } = fleet;
  const earlyMs = 4_000;
  timeline.at(earlyMs, () => {
    network.heldBack = 1;
    network.cut(0, 1);
    network.cut(1, 0);
    timeline.log('aimed: what machines 0 and 1 send to each other comes late');
  });
  timeline.at(earlyMs + 10_000, () => {
    network.heal();
    network.heldBack = 0;
    timeline.log('aimed: the network is whole, and what was sent before still comes');
    fleet.checks.mustStay(timeline.nowMs + 6_000, timeline.nowMs + 15_000);
  });
}

/** A node is cut off. What it stores arrives after the others have gone on without it and have stored something newer. */
export function lateStatements(fleet: Fleet): void {
  const { timeline, network, database } = fleet;
  network.heldBack = 0;
  timeline.at(atMs, () => {
    database.lateFromMs.set(0, 16_000);
    fleet.cutOff(0);
    timeline.log('aimed: machine 0 is cut off, and its statements take 16 s');
  });
  timeline.quietMs = atMs + 14_000;
}

/** A node stores messages that it cannot hand over, and is killed; nothing is published any more. */
export function killedBeforeHandOver(fleet: Fleet): void {
  const { timeline, network } = fleet;
  network.heldBack = 0;
  for (let topic = 0; topic < 8; topic++)
    for (const isPublisher of [true, false])
      timeline.at(atMs - 2_000, () =>
        fleet.addClient(
          `${isPublisher ? 'writer' : 'reader'} ${topic}`,
          `namespace of writer ${topic}`,
          isPublisher,
        ),
      );
  timeline.at(atMs, () => {
    for (let other = 1; other < fleet.machines; other++) network.cut(0, other);
    timeline.log('aimed: machine 0 is not heard');
  });
  timeline.at(atMs + 1_000, () => {
    for (const node of fleet.living) if (node.machine === 0) fleet.crash(node, undefined, 8_000);
    network.heal();
    timeline.log('aimed: machine 0 is killed');
  });
  timeline.quietMs = atMs + 900;
}

/** One node hands over late what it has stored: meanwhile others store newer messages, and new subscribers read these first. */
export function lateHandOver(fleet: Fleet): void {
  const { timeline } = fleet;
  for (let topic = 0; topic < 8; topic++) {
    const namespace = `namespace of late ${topic}`;
    const add = (ms: number, name: string, isPublisher: boolean) =>
      timeline.at(ms, () => fleet.addClient(`${name} ${topic}`, namespace, isPublisher));
    for (const name of ['one publisher', 'another publisher']) add(atMs - 3_000, name, true);
    add(atMs - 2_000, 'early subscriber', false);
    for (const [n, name] of ['late subscriber', 'later subscriber'].entries())
      add(atMs + 600 + 40 * (2 * topic + n), name, false);
  }
  timeline.at(atMs, () => {
    for (const node of fleet.living) if (node.machine === 0) node.handsOverLateMs = 1_500;
    timeline.log('aimed: machine 0 hands over late what it stores');
  });
  timeline.quietMs = atMs + 1_500;
}

/** The database is away for half a minute, as while it fails over, and nothing else is wrong: nobody may notice. */
export function databaseAway(fleet: Fleet): void {
  const { timeline, database } = fleet;
  timeline.at(atMs, () => {
    if (!fleet.living.every(({ cluster }) => cluster.isGood)) return;
    database.isUp = false;
    timeline.log('aimed: the database is away, and nothing else is wrong');
    fleet.mustAcknowledge(atMs, atMs + 30_000);
  });
  timeline.at(atMs + 30_000, () => {
    database.isUp = true;
    timeline.log('aimed: the database is back');
  });
}

/**
 * Strangers reach the database and no node, as with the carrier of another installation, and go on trying. Members are restarted, all of
 * them at the end: nobody may be kept out. Where a stranger happens to be first then, it is the member, and the others wait for it.
 */
export function strangersJoin(fleet: Fleet): void {
  const { timeline, network } = fleet;
  const members = Array.from({ length: fleet.machines }, (_, machine) => machine);
  const strangers = [1, 2, 3].map(() => fleet.addMachine());
  const joinMs = 50_000;
  network.heldBack = 0;
  for (const stranger of strangers) fleet.cutOff(stranger);
  const restart = (machines: readonly number[]) => {
    for (const node of fleet.living)
      if (machines.includes(node.machine)) fleet.crash(node, 100, timeline.random.between(500, 2_000));
    timeline.log(`aimed: machines ${machines.join()} are restarted`);
    timeline.after(joinMs, () => {
      for (const { cluster, machine, process } of fleet.living)
        if (members.includes(machine) && !cluster.isGood)
          fleet.checks.violated(`I4: ${process.name} is kept out of the cluster`);
    });
  };
  for (const stranger of strangers)
    timeline.at(atMs + timeline.random.between(0, 10_000), () => {
      timeline.log(`aimed: machine ${stranger} reaches nobody but the database`);
      fleet.startOn(stranger);
    });
  timeline.at(atMs + 13_000, () => restart([0]));
  timeline.at(atMs + 13_000 + joinMs, () => restart(members));
}
