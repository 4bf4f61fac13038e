/** What goes wrong, and when. */
import { seconds } from '../fleet/checks.ts';
import type { Fleet } from '../fleet/fleet.ts';

/** Faults come and go for so long, then all heals. */
export const faultyMs = 45_000;

type Fault = (fleet: Fleet) => string;

const twoMachines = (fleet: Fleet): [number, number] => {
  const { random } = fleet.timeline;
  const from = random.integer(0, fleet.machines - 1);
  const to = (from + random.integer(1, fleet.machines - 1)) % fleet.machines;
  return [from, to];
};

const faults: Readonly<Record<string, Fault>> = {
  oneWayCut(fleet) {
    const [from, to] = twoMachines(fleet);
    fleet.network.cut(from, to);
    return `nothing goes from machine ${from} to ${to}`;
  },
  twoWayCut(fleet) {
    const [from, to] = twoMachines(fleet);
    fleet.network.cut(from, to);
    fleet.network.cut(to, from);
    return `machines ${from} and ${to} do not reach each other`;
  },
  split(fleet) {
    const sides = Array.from({ length: fleet.machines }, () => fleet.timeline.random.integer(0, 1));
    for (const [from, side] of sides.entries())
      for (const [to, other] of sides.entries()) if (side !== other) fleet.network.cut(from, to);
    return `the machines are split: ${sides.join('')}`;
  },
  allApart(fleet) {
    for (let from = 0; from < fleet.machines; from++)
      for (let to = 0; to < fleet.machines; to++) if (from !== to) fleet.network.cut(from, to);
    return 'no machine reaches another';
  },
  healNetwork(fleet) {
    fleet.network.heal();
    return 'the network is whole';
  },
  databaseDown(fleet) {
    const ms = fleet.timeline.random.between(1_000, 30_000);
    fleet.database.isUp = false;
    fleet.timeline.after(ms, () => {
      fleet.database.isUp = true;
      fleet.timeline.log('the database is back');
    });
    return `the database is away for ${seconds(ms)}`;
  },
  databaseUnreachable(fleet) {
    const machine = fleet.timeline.random.integer(0, fleet.machines - 1);
    const ms = fleet.timeline.random.between(1_000, 30_000);
    fleet.database.unreachableFrom.add(machine);
    fleet.timeline.after(ms, () => fleet.database.unreachableFrom.delete(machine));
    return `machine ${machine} does not reach the database for ${seconds(ms)}`;
  },
  siteCutOff(fleet) {
    const machine = fleet.timeline.random.integer(0, fleet.machines - 1);
    fleet.database.unreachableFrom.add(machine);
    fleet.cutOff(machine);
    const ms = fleet.timeline.random.between(3_000, 30_000);
    fleet.timeline.after(ms, () => fleet.database.unreachableFrom.delete(machine));
    return `machine ${machine} is cut off from all, from the database for ${seconds(ms)}`;
  },
  freeze(fleet) {
    const node = fleet.timeline.random.pick(fleet.living);
    const ms = fleet.timeline.random.between(500, 20_000);
    node?.process.sleep(ms);
    return `${node?.process.name} is frozen for ${seconds(ms)}`;
  },
  crash(fleet) {
    const { random } = fleet.timeline;
    const node = random.pick(fleet.living);
    if (!node) return 'nobody is left to crash';
    fleet.crash(node, random.chance(0.6) ? random.between(50, 1_200) : undefined, random.between(300, 8_000));
    return `${node.process.name} is killed`;
  },
  stop(fleet) {
    const node = fleet.timeline.random.pick(fleet.living);
    if (node) fleet.stop(node, fleet.timeline.random.between(300, 5_000));
    return `${node?.process.name} is asked to stop`;
  },
  newcomer(fleet) {
    if (fleet.machines >= 5) return 'nobody comes';
    return `${fleet.startOn(fleet.addMachine()).process.name} is new`;
  },
};

/** Faults one after the other, whatever comes. */
export function randomFaults(fleet: Fleet): void {
  const { timeline } = fleet;
  const names = Object.keys(faults);
  let atMs = timeline.random.between(3_000, 10_000);
  while (atMs < faultyMs) {
    const name = timeline.random.pick(names) as string;
    timeline.at(atMs, () => timeline.log(`fault: ${faults[name]?.(fleet)}`));
    if (timeline.random.chance(0.3))
      timeline.at(atMs + timeline.random.between(500, 10_000), () =>
        timeline.log(`fault: ${faults['healNetwork']?.(fleet)}`),
      );
    atMs += timeline.random.chance(0.3)
      ? timeline.random.between(0, 500)
      : timeline.random.between(500, 9_000);
  }
}

/** One fault that lasts longer than recovery from it may take: nodes that reach the database must serve. */
export function standingFault(fleet: Fleet): void {
  const { timeline, network } = fleet;
  const standing = ['oneWayCut', 'twoWayCut', 'split', 'allApart', 'siteCutOff'];
  const atMs = 14_000;
  // A frame or a renewal that comes late is a sign of life, and the others would wait for longer.
  network.heldBack = 0;
  fleet.database.lateness = 0;
  const untilMs = atMs + 27_000;
  timeline.at(atMs, () => {
    const isHealthy = fleet.living.length > 1 && fleet.living.every(({ cluster }) => cluster.isGood);
    if (!isHealthy) return;
    const name = timeline.random.pick(standing) as string;
    timeline.log(`standing fault: ${faults[name]?.(fleet)}`);
    if (timeline.random.chance(0.3)) {
      const machine = fleet.addMachine();
      const other = timeline.random.integer(0, machine - 1);
      // The others receive from it, but it receives nothing: no node may have to wait for it.
      network.cut(other, machine);
      timeline.log(`a newcomer on machine ${machine} does not hear machine ${other}`);
      fleet.startOn(machine);
    }
    fleet.mustServe(atMs + 1_000, untilMs);
  });
  timeline.at(untilMs, () => {
    if (!fleet.isServing) return;
    const serving = fleet.living.some(
      ({ cluster, machine }) => cluster.isGood && !fleet.database.unreachableFrom.has(machine),
    );
    if (!serving) fleet.checks.violated('I4: nobody serves who reaches the database');
  });
}
