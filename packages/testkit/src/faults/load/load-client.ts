import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { generate, type IPublishPacket, type Packet, type Parser, parser } from 'mqtt-packet';
import type { ConnectionEnd } from '../history.ts';
import type { SeededRandom } from '../random.ts';
import { encodeMark } from './marked-message.ts';
import type { MessageLedger } from './message-ledger.ts';

export interface LoadClientOptions {
  /** Its name in the ledger. */
  readonly name: string;
  /** Default: its name. */
  readonly clientId?: string;
  readonly tenant: string;
  readonly ledger: MessageLedger;
  /** Draws how long it waits before it connects again. */
  readonly random: SeededRandom;
  /** Asked at each connection: a server that comes back may be elsewhere. */
  readonly port: () => number;
  /** TLS, trusting this authority; absent: plain TCP. */
  readonly caPem?: string;
  /** Whatever certificate the server shows is good. */
  readonly trustAnyServer?: boolean;
  readonly certificate?: { readonly certPem: string; readonly keyPem: string };
  readonly username?: string;
  readonly password?: string;
  /** Subscribed at QoS 1 after each CONNACK. */
  readonly filters?: readonly string[];
  /** The topics, by the names under which they arrive, that it must hear through its filters. */
  readonly hears?: readonly string[];
  /** Topics that it may get besides. */
  readonly mayHear?: readonly string[];
  /** Default 30. */
  readonly keepAliveSeconds?: number;
  /** A will, whose payload is its next message: it counts as sent at each CONNECT, and is never acknowledged. */
  readonly willTopic?: string;
  /** Between two attempts, ms: from the first, doubled up to the second. Default 50 and 1000. */
  readonly backoffMs?: readonly [number, number];
  /** A server that leaves CONNECT or PINGREQ unanswered for so long is given up, ms. Default 15,000. */
  readonly patienceMs?: number;
}

interface Unacked {
  readonly topic: string;
  readonly sequence: number;
  readonly sizeBytes: number;
  /** On this connection. */
  isSent: boolean;
}

/**
 * A client as firmware ought to be: it connects again after every loss, with growing pauses, subscribes again, and sends
 * again in order whatever was not acknowledged. It tells the ledger all that it does and sees.
 */
export class LoadClient {
  readonly name: string;
  readonly #options: LoadClientOptions;
  readonly #unacked = new Map<number, Unacked>();
  #socket: Socket | undefined;
  #connection: { subscribed(): void; closed(end: ConnectionEnd): void } | undefined;
  #subscribed = false;
  #running = false;
  #frozen = false;
  #sequence = 0;
  #packetId = 0;
  #failures = 0;
  #connectSentAt: number | undefined;
  #port = 0;
  #pingSentAt: number | undefined;
  #writtenAt = 0;
  #retry: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;

  constructor(options: LoadClientOptions) {
    this.name = options.name;
    this.#options = options;
    const { name, tenant, hears = [], mayHear = [] } = options;
    options.ledger.client({ name, tenant, hears, mayHear });
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#watch = setInterval(() => this.#look(), 500);
    this.#connect();
  }

  /** Ends with DISCONNECT. */
  stop(): void {
    this.#running = false;
    clearTimeout(this.#retry);
    clearInterval(this.#watch);
    this.#connection?.closed('left');
    if (this.served) this.#write({ cmd: 'disconnect' });
    this.#socket?.destroySoon();
  }

  /** Cuts the connection as a lost network does; the client comes back. */
  cut(): void {
    this.#socket?.destroy();
  }

  /** Stops reading, as a program that hangs: the kernel's buffers fill. */
  freeze(): void {
    this.#frozen = true;
    this.#socket?.pause();
  }

  thaw(): void {
    this.#frozen = false;
    this.#socket?.resume();
  }

  /** Connected, and subscribed to all of its filters. */
  get served(): boolean {
    return this.#subscribed;
  }

  /** Started, and not stopped since. */
  get running(): boolean {
    return this.#running;
  }

  /** Published, and not acknowledged yet. */
  get unacked(): number {
    return this.#unacked.size;
  }

  /** Publishes its next message at QoS 1: now, or as soon as it is connected. Returns its sequence number. */
  publish(topic: string, sizeBytes = 64): number {
    this.#sequence += 1;
    const message: Unacked = { topic, sequence: this.#sequence, sizeBytes, isSent: false };
    this.#unacked.set(this.#nextPacketId(), message);
    if (this.served) this.#send();
    return this.#sequence;
  }

  #connect(): void {
    const { caPem, certificate, port, trustAnyServer = false } = this.#options;
    this.#port = port();
    const address = { host: '127.0.0.1', port: this.#port };
    const certificates = certificate && { cert: certificate.certPem, key: certificate.keyPem };
    const socket =
      caPem === undefined
        ? connectTcp(address)
        : connectTls({ ...address, ...certificates, ca: caPem, rejectUnauthorized: !trustAnyServer });
    this.#socket = socket;
    this.#connectSentAt = performance.now();
    socket.setNoDelay(true);
    const packets = parser({ protocolVersion: 4 });
    packets.on('packet', (packet) => this.#take(packet));
    packets.on('error', () => socket.destroy());
    socket.once(caPem === undefined ? 'connect' : 'secureConnect', () => this.#sayConnect());
    socket.on('data', (bytes: Buffer) => this.#read(packets, bytes));
    socket.on('error', () => undefined);
    socket.once('close', () => this.#closed(socket));
    if (this.#frozen) socket.pause();
  }

  #read(packets: Parser, bytes: Buffer): void {
    this.#socket?.cork();
    packets.parse(bytes);
    this.#socket?.uncork();
  }

  #sayConnect(): void {
    const { name, clientId, username, password, keepAliveSeconds = 30, willTopic } = this.#options;
    this.#write({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clientId: clientId ?? name,
      clean: true,
      keepalive: keepAliveSeconds,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password: Buffer.from(password) }),
      ...(willTopic === undefined ? {} : { will: this.#will(willTopic) }),
    });
  }

  #will(topic: string) {
    const { ledger, tenant, name } = this.#options;
    this.#sequence += 1;
    const mark = { publisher: name, tenant, sequence: this.#sequence };
    ledger.sent({ ...mark, topic });
    return { topic, payload: encodeMark(mark), qos: 1 as const, retain: false };
  }

  #take(packet: Packet): void {
    if (packet.cmd === 'publish') this.#receive(packet);
    else if (packet.cmd === 'puback') this.#acked(packet.messageId ?? 0);
    else if (packet.cmd === 'pingresp') this.#pingSentAt = undefined;
    else if (packet.cmd === 'suback') this.#serve();
    else if (packet.cmd === 'connack') this.#answered(packet.returnCode ?? 0);
  }

  #answered(code: number): void {
    const { ledger, name, filters = [] } = this.#options;
    this.#connectSentAt = undefined;
    if (code !== 0) {
      ledger.refused(name, code);
      this.#socket?.destroy();
      return;
    }
    this.#connection = ledger.opened(name, this.#port);
    const subscriptions = filters.map((topic) => ({ topic, qos: 1 as const }));
    if (subscriptions.length === 0) this.#serve();
    else this.#write({ cmd: 'subscribe', messageId: 65_535, subscriptions });
  }

  #serve(): void {
    this.#failures = 0;
    this.#subscribed = true;
    this.#connection?.subscribed();
    this.#send();
  }

  /** Whatever was not sent on this connection, in order. */
  #send(): void {
    const { ledger, name, tenant } = this.#options;
    this.#socket?.cork();
    for (const [messageId, message] of this.#unacked) {
      if (message.isSent) continue;
      message.isSent = true;
      const mark = { publisher: name, tenant, sequence: message.sequence };
      ledger.sent({ ...mark, topic: message.topic });
      this.#write({
        cmd: 'publish',
        messageId,
        topic: message.topic,
        payload: encodeMark(mark, message.sizeBytes),
        qos: 1,
        dup: false,
        retain: false,
      });
    }
    this.#socket?.uncork();
  }

  #receive({ topic, payload, qos, messageId, retain }: IPublishPacket): void {
    this.#options.ledger.received(this.name, topic, Buffer.from(payload), retain);
    if (qos === 1) this.#write({ cmd: 'puback', messageId: messageId ?? 0 });
  }

  #acked(messageId: number): void {
    const message = this.#unacked.get(messageId);
    if (!message) return;
    this.#unacked.delete(messageId);
    this.#options.ledger.acked(this.name, message.sequence);
  }

  #closed(socket: Socket): void {
    if (socket !== this.#socket) return;
    this.#connection?.closed('cut');
    this.#connection = undefined;
    this.#subscribed = false;
    this.#connectSentAt = undefined;
    this.#pingSentAt = undefined;
    for (const message of this.#unacked.values()) message.isSent = false;
    if (!this.#running) return;
    const [first, most] = this.#options.backoffMs ?? [50, 1000];
    const pause = Math.min(most, first * 2 ** this.#failures);
    this.#failures += 1;
    this.#retry = setTimeout(() => this.#connect(), pause * (0.5 + this.#options.random.next() / 2));
  }

  /** Twice a second: keeps the connection alive, and gives up a server that does not answer. */
  #look(): void {
    const { patienceMs = 15_000, keepAliveSeconds = 30 } = this.#options;
    const now = performance.now();
    const isLate = (since: number | undefined) => since !== undefined && now - since > patienceMs;
    if (!this.#frozen && (isLate(this.#connectSentAt) || isLate(this.#pingSentAt))) {
      this.#options.ledger.gaveUp(this.name);
      this.cut();
    } else if (
      this.served &&
      this.#pingSentAt === undefined &&
      now - this.#writtenAt > keepAliveSeconds * 500
    ) {
      this.#pingSentAt = now;
      this.#write({ cmd: 'pingreq' });
    }
  }

  #write(packet: Packet): void {
    this.#writtenAt = performance.now();
    this.#socket?.write(generate(packet));
  }

  #nextPacketId(): number {
    do this.#packetId = (this.#packetId % 60_000) + 1;
    while (this.#unacked.has(this.#packetId));
    return this.#packetId;
  }
}
