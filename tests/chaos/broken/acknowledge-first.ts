/** A data plane that acknowledges a message, and hands it over a little later. */
import { breakModule, startMqtt } from './patch.ts';

breakModule(
  'packages/engine/src/native/publish/publisher.ts',
  `    const handedOver = plan.route.publish(message);
    if (handedOver !== undefined) return this.#awaitHandOver(handedOver, layout.packetId);
    if (layout.qos === 1) this.#finish(layout.packetId); // [MQTT-3.3.4-1]`,
  `    const kept = Buffer.from(bytes.subarray(layout.payloadStart, end));
    if (layout.qos === 1) this.#finish(layout.packetId);
    setTimeout(() => {
      void plan.route.publish(new OutgoingMessage(this.#parts.tick, kept, 0, kept.length, layout.qos, false));
    }, 200);`,
);
await startMqtt();
