/** DISCONNECT, section 3.14: a header and nothing else. */
export interface DisconnectPacket {
  readonly type: 'disconnect';
}
export const disconnect: DisconnectPacket = Object.freeze({ type: 'disconnect' });
