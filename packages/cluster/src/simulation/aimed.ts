/** Faults that random ones hardly ever come to, each aimed at one rule. */
import type { Fleet } from './fleet.ts';

const atMs = 14_000;

/** A node without the database hears the others, and is not heard: what it hears must not keep it good. */
export function heardOnly(fleet: Fleet): void {
  fleet.timeline.at(atMs, () => {
    fleet.database.unreachableFrom.add(0);
    for (let other = 1; other < fleet.machines; other++) fleet.network.cut(0, other);
    fleet.timeline.log('aimed: machine 0 hears, and is not heard');
  });
}

/** A node without the database hears late from the others, and then is not heard any more. */
export function lateAcknowledgements(fleet: Fleet): void {
  fleet.timeline.at(atMs, () => {
    fleet.database.unreachableFrom.add(0);
    fleet.network.delay(3_400, (_from, to) => to === 0);
    fleet.timeline.log('aimed: all that machine 0 hears is late');
  });
  fleet.timeline.at(atMs + 9_000, () => {
    for (let other = 1; other < fleet.machines; other++) fleet.network.cut(0, other);
    fleet.timeline.log('aimed: machine 0 is not heard any more');
  });
}

/** The members lose the database, and a newcomer has it, and hears none of them: it may not take them for dead too soon. */
export function newcomerAlone(fleet: Fleet): void {
  fleet.timeline.at(atMs, () => {
    const newcomer = fleet.addMachine();
    for (let member = 0; member < newcomer; member++) {
      fleet.database.unreachableFrom.add(member);
      fleet.network.cut(member, newcomer);
      fleet.network.cut(newcomer, member);
    }
    fleet.timeline.log(
      `aimed: only machine ${newcomer}, which is new and hears nobody, reaches the database`,
    );
    fleet.startOn(newcomer);
  });
}

/** A newcomer is heard by the members, and does not hear them: nobody may have to wait for it. */
export function deafNewcomer(fleet: Fleet): void {
  fleet.timeline.at(atMs, () => {
    const newcomer = fleet.addMachine();
    for (let member = 0; member < newcomer; member++) fleet.network.cut(member, newcomer);
    fleet.timeline.log(`aimed: machine ${newcomer}, which is new, hears nobody`);
    fleet.startOn(newcomer);
    fleet.mustServe(atMs, atMs + 27_000);
    // Each is the first that listens to something, so all must hear of it.
    for (let client = 0; client < 12; client++)
      fleet.timeline.after(client * 500, () =>
        fleet.addClient(`late ${client}`, `namespace of late ${client}`, false),
      );
  });
}
