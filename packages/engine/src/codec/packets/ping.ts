/** PINGREQ and PINGRESP, sections 3.12 and 3.13: a header and nothing else. */
export interface PingreqPacket {
  readonly type: 'pingreq';
}
export const pingreq: PingreqPacket = Object.freeze({ type: 'pingreq' });

export function encodePingresp(): Buffer {
  return Buffer.from([0xd0, 0]);
}
