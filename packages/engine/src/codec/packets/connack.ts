import type { ConnackCode } from '../../port.ts';

/** CONNACK, section 3.2. Session Present is always 0: sessions are not kept [MQTT-3.2.2-1][MQTT-3.2.2-3][MQTT-3.2.2-4]. */
export function encodeConnack(code: 0 | ConnackCode): Buffer {
  return Buffer.from([0x20, 2, 0, code]);
}
