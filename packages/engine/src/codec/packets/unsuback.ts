/** UNSUBACK, section 3.11, with the identifier of its UNSUBSCRIBE [MQTT-2.3.1-7][MQTT-3.10.4-4]. */
export function encodeUnsuback(packetId: number): Buffer {
  return Buffer.from([0xb0, 2, packetId >> 8, packetId & 255]);
}
