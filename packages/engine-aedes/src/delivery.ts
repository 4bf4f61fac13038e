import type { EngineLimits, Qos } from '@iotcore/engine';

/** aedes numbers packets from 1 to 65,535 round and round, without looking what is still unacknowledged. */
const packetIdsInUse = 65_000;

/** Topics that a subscription's retained messages may be overtaken on, remembered for each; beyond, an old one may follow. */
const maxOvertakenTopics = 10_000;

/** What a waiting message costs beside its bytes. */
const messageOverheadBytes = 100;

interface Message {
  readonly topic: string;
  readonly payload: Buffer;
}

export interface OvertakingWatch {
  has(topic: string): boolean;
  stop(): void;
}

export interface DeliveryOutlet {
  /** Has aedes write the message; `written` is called when it has. */
  send(topic: string, payload: Buffer, qos: Qos, written: () => void): void;
  /** Bytes of the connection that its peer has not taken yet. */
  waitingBytes(): number;
  /** A QoS 0 message was not sent. */
  dropped(): void;
  /** QoS 1 messages wait beyond the limits: the subscriber is to go. */
  overflowed(): void;
}

/**
 * What one subscriber is sent. QoS 0 messages go out at once, or are dropped when its output is full. QoS 1 messages go
 * out as long as there is room in the window, and wait in a queue otherwise. Nothing here ever waits for the subscriber.
 */
export class Delivery {
  readonly #outlet: DeliveryOutlet;
  readonly #limits: EngineLimits;
  /** Packet identifiers sent and not acknowledged, oldest first, each with its place in the order of sending. */
  readonly #inflight = new Map<number, number>();
  #sent = 0;
  /** QoS 1 messages given to aedes, whose identifiers are not known yet. */
  #unnumbered = 0;
  /** Bytes given to aedes and not written yet. */
  #unwrittenBytes = 0;
  #queue: Message[] = [];
  #queuedBytes = 0;
  /** Messages that may be on their way unacknowledged. */
  #window: number;
  #roomWanted: (() => void)[] = [];
  readonly #overtaken = new Set<Set<string>>();
  #isClosed = false;

  constructor(outlet: DeliveryOutlet, limits: EngineLimits) {
    this.#outlet = outlet;
    this.#limits = limits;
    this.#window = limits.maxInflightMessages;
  }

  /** Nothing waits, and all that was given to aedes has been written. */
  get isSettled(): boolean {
    return this.#unwrittenBytes === 0 && this.#queue.length === 0;
  }

  /** Sends what waits without regard to the window: a client that is about to be disconnected acknowledges nothing any more. */
  drain(): void {
    this.#window = packetIdsInUse;
    this.roomChanged();
  }

  deliver(topic: string, payload: Buffer, qos: Qos): void {
    if (this.#isClosed) return;
    for (const topics of this.#overtaken) if (topics.size < maxOvertakenTopics) topics.add(topic);
    if (qos === 0) {
      if (this.#isOutputFull()) this.#outlet.dropped();
      else this.#send(topic, payload, 0);
    } else if (this.#queue.length === 0 && this.#hasRoom()) {
      this.#send(topic, payload, 1);
    } else {
      this.#enqueue({ topic, payload });
    }
  }

  /** aedes wrote a QoS 1 message, under this identifier. */
  numbered(packetId: number): void {
    this.#unnumbered--;
    this.#inflight.set(packetId, ++this.#sent);
  }

  /** PUBACK. One that was never asked for changes nothing. */
  acknowledged(packetId: number): void {
    if (this.#inflight.delete(packetId)) this.roomChanged();
  }

  /** The window or the output may have room again. */
  roomChanged(): void {
    while (this.#queue.length > 0 && this.#hasRoom()) {
      const message = this.#queue.shift() as Message;
      this.#queuedBytes -= costOf(message);
      this.#send(message.topic, message.payload, 1);
    }
    while (this.#roomWanted.length > 0 && this.#hasRoom()) this.#roomWanted.shift()?.();
  }

  /** From here until `stop`, tells which topics have been delivered live: a retained message of theirs would be out of date. */
  watchOvertaking(): OvertakingWatch {
    const topics = new Set<string>();
    this.#overtaken.add(topics);
    return { has: (topic) => topics.has(topic), stop: () => this.#overtaken.delete(topics) };
  }

  /** Waits until one retained message more may be given to aedes, and counts it; false once the session is closed. */
  async admitStored(qos: Qos): Promise<boolean> {
    while (!this.#isClosed && !this.#hasRoom()) {
      await new Promise<void>((resolve) => this.#roomWanted.push(resolve));
    }
    if (this.#isClosed) return false;
    this.#unnumbered += qos;
    return true;
  }

  /** It is not given to aedes after all. */
  withdrawStored(qos: Qos): void {
    this.#unnumbered -= qos;
  }

  close(): void {
    this.#isClosed = true;
    this.#queue = [];
    for (const wake of this.#roomWanted) wake();
    this.#roomWanted = [];
  }

  #send(topic: string, payload: Buffer, qos: Qos): void {
    const bytes = topic.length + payload.length + messageOverheadBytes;
    this.#unnumbered += qos;
    this.#unwrittenBytes += bytes;
    this.#outlet.send(topic, payload, qos, () => {
      this.#unwrittenBytes -= bytes;
      this.roomChanged();
    });
  }

  #enqueue(message: Message): void {
    this.#queuedBytes += costOf(message);
    this.#queue.push(message);
    const { maxQueuedMessages, maxQueuedBytes } = this.#limits;
    if (this.#queue.length > maxQueuedMessages || this.#queuedBytes > maxQueuedBytes)
      this.#outlet.overflowed();
  }

  #isOutputFull(): boolean {
    return this.#outlet.waitingBytes() + this.#unwrittenBytes >= this.#limits.maxOutputBytes;
  }

  #hasRoom(): boolean {
    const unacknowledged = this.#inflight.size + this.#unnumbered;
    if (unacknowledged >= this.#window || this.#isOutputFull()) return false;
    // Messages are acknowledged in any order: one that never is must not meet its own number again [MQTT-2.3.1-4].
    const oldest = this.#inflight.values().next().value ?? this.#sent;
    return this.#sent + this.#unnumbered - oldest < packetIdsInUse;
  }
}

function costOf({ topic, payload }: Message): number {
  return topic.length + payload.length + messageOverheadBytes;
}
