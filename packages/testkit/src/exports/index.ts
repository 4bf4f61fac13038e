/** Exports of the old service, good and odd, for tests of moving in. */
export { type Fleet, type FleetDevice, type FleetRegistry, makeFleet } from './fleet.ts';
export { addOddities, type Oddities } from './oddities.ts';
export { writeExport } from './write-export.ts';
