/** What is broken in each build: a piece of a module, and what stands there instead. */

export interface Break {
  /** Of the repository. */
  readonly file: string;
  /** Stands in the file once. */
  readonly right: string;
  readonly wrong: string;
}

/** Acknowledges a message, and hands it over a little later. */
export const acknowledgeFirst: Break = {
  file: 'packages/engine/src/native/publish/publisher.ts',
  right: `    const outcome = plan.route.publish(message);
    if (outcome instanceof UnderWay)
      return this.#awaitArrival(outcome, layout.packetId, recorded, end - layout.payloadStart);
    if (outcome !== undefined) return this.#awaitHandOver(outcome, layout.packetId, recorded);
    if (layout.qos === 1) this.#finish(layout.packetId, recorded, end - layout.payloadStart); // [MQTT-3.3.4-1]`,
  wrong: `    const kept = Buffer.from(bytes.subarray(layout.payloadStart, end));
    if (layout.qos === 1) this.#finish(layout.packetId, recorded, kept.length);
    setTimeout(() => {
      void plan.route.publish(new OutgoingMessage(this.#parts.tick, kept, 0, kept.length, layout.qos, false));
    }, 200);`,
};

/** Never tells its caches and sessions that a right was revoked. */
export const deafToRevocation: Break = {
  file: 'apps/mqtt/src/revocation/change-listener.ts',
  right: 'for (const change of list) changed(change);',
  wrong: 'void changed; void list;',
};
