/** A data plane that acknowledges a message, and hands it over a little later. */
import { breakModule, startMqtt } from './patch.ts';

breakModule(
  'packages/engine/src/native/publish/publisher.ts',
  `    this.#parts.bus.publish(plan.addresses, message);
    if (layout.qos === 1) this.#finish(layout.packetId);`,
  `    const kept = Buffer.from(bytes.subarray(layout.payloadStart, end));
    if (layout.qos === 1) this.#finish(layout.packetId);
    setTimeout(() => {
      this.#parts.bus.publish(plan.addresses, new OutgoingMessage(this.#parts.tick, kept, 0, kept.length, layout.qos, false));
    }, 200);`,
);
await startMqtt();
