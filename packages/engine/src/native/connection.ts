/**
 * One connection: its socket, its states, and what each packet does. Packets are handled in the order of arrival. A packet
 * that has to wait for the host delays the packets after it, but no other connection.
 */
import type { Duplex } from 'node:stream';
import {
  type CodecLimits,
  type ConnectPacket,
  checkOrder,
  connectClaim,
  decodePacket,
  encodeConnack,
  encodePingresp,
  encodeSuback,
  encodeUnsuback,
  foreignProtocol,
  maxPublishBytes,
  PacketError,
  PacketType,
  pubackBytes,
  pubackId,
  type SubscribePacket,
  type UnsubscribePacket,
  writePuback,
} from '../codec/index.ts';
import { authenticate, authenticationTimeoutMs, connectRequest } from '../connect.ts';
import {
  ConnackCode,
  type ConnectClaim,
  type ConnectRequest,
  type ConnectResult,
  type EngineHost,
  type EngineLimits,
  type Reason,
  type Transport,
  type Will,
} from '../port.ts';
import { reasons } from '../reasons.ts';
import type { ByteBudget } from './buffers/byte-budget.ts';
import type { ClientIdClaim, ClientIds } from './client-ids.ts';
import type { Counters } from './counters.ts';
import type { Session, SessionConnection, SessionIdentity } from './deliver/session.ts';
import type { SessionRegistry } from './deliver/session-registry.ts';
import type { Subscribed, SubscribeHandler } from './deliver/subscribe-handler.ts';
import { DirectSocket } from './io/direct-socket.ts';
import { Outbox } from './io/outbox.ts';
import { PacketAssembler, type PacketSink } from './io/packet-assembler.ts';
import { SocketInput } from './io/socket-input.ts';
import type { Publisher, PublisherConnection } from './publish/publisher.ts';
import { type ClientDue, earlier, keepAliveDue, packetDue, transferMs } from './timing/connection-times.ts';
import type { DeadlineWheel, Expiring } from './timing/deadline-wheel.ts';
import type { Slices } from './timing/slices.ts';
import type { Rested, Tick } from './timing/tick.ts';

/**
 * - `connecting`: CONNECT has not come yet.
 * - `authenticating`: it has, and the host is asked.
 * - `open`: there is a session.
 * - `closing`: output goes out and input is thrown away, until the client hangs up or a deadline passes.
 * - `closed`: the socket is closed.
 */
type State = 'connecting' | 'authenticating' | 'open' | 'closing' | 'closed';

const moves: Record<State, readonly State[]> = {
  connecting: ['authenticating', 'closing', 'closed'],
  authenticating: ['open', 'closing', 'closed'],
  open: ['closing', 'closed'],
  closing: ['closed'],
  closed: [],
};

/** A connection with no more to handle than this does not wait for those that fill a tick each. */
const shortBytes = 4_096;
/** A client that was silent for so long, in milliseconds, does not flood. */
const silenceMs = 250;
/** How long a client that is being disconnected may take to hang up. */
const lingerMs = 1_000;
/** Replies may wait this far beyond the bound of messages, so that a slow subscriber can still publish. */
const replyHeadroomBytes = 65_536;
/** CONNECT, SUBSCRIBE and UNSUBSCRIBE take as long as so many messages of a flood, and as one more for so many of their bytes. */
const controlPackets = 16;
const bytesAsPacket = 64;
/** What a connection that has ended costs beside the packets that it left. */
const finishingOverheadBytes = 4_096;

const connackAccepted = encodeConnack(0);
const pingresp = encodePingresp();

export interface ConnectionListener<P> {
  /** The socket is closed, all that the client sent has been handled, and the host is asked nothing more about it. */
  closed(connection: Connection<P>): void;
  fireWill(principal: P, will: Will): void;
}

/** What the connections of one engine share. */
export interface ConnectionParts<P> {
  readonly host: Pick<EngineHost<P>, 'connect' | 'route' | 'connected' | 'disconnected' | 'refused'>;
  readonly limits: EngineLimits & CodecLimits;
  readonly tick: Tick;
  readonly slices: Slices;
  readonly deadlines: DeadlineWheel<Connection<P>>;
  readonly counters: Pick<Counters, 'connects'>;
  readonly sessions: SessionRegistry<P>;
  /** Absent: this engine is alone. */
  readonly clientIds: ClientIds | undefined;
  /** Packets that connections left when they ended. */
  readonly finishing: ByteBudget;
  readonly createSession: (
    connection: SessionConnection,
    outbox: Outbox,
    identity: SessionIdentity<P>,
  ) => Session<P>;
  readonly createPublisher: (session: Session<P>, connection: PublisherConnection) => Publisher<P>;
  readonly subscribeHandler: SubscribeHandler<P>;
}

export class Connection<P> implements PacketSink, PublisherConnection, SessionConnection, Expiring, Rested {
  readonly #parts: ConnectionParts<P>;
  readonly #listener: ConnectionListener<P>;
  readonly #socket: Duplex;
  readonly transport: Transport;
  readonly #input: SocketInput;
  readonly #outbox: Outbox;
  readonly #assembler = new PacketAssembler(this);
  #state: State = 'connecting';
  /** Asked for with every packet. */
  maxPacketBytes: number;
  #stateSinceMs: number;
  /** What the client's CONNECT claims, until it is accepted. */
  #claim: ConnectClaim | undefined;
  /** CONNECTs are counted, so that the later of two with the same client ID is known. */
  #connectNumber = 0;
  #isHostAsked = false;
  #scope = '';
  #claimed: ClientIdClaim | undefined;
  #session: Session<P> | undefined;
  #publisher: Publisher<P> | undefined;
  #will: Will | undefined;
  #keepAliveSeconds = 0;
  #lastReadMs: number;
  /** When the packet began that is still incomplete; 0: there is none. */
  #partialSinceMs = 0;
  #isHeld = false;
  /** The client sends nothing more; what it sent before is still handled. */
  #isFinishing = false;
  #finishingBytes = 0;
  /** It has sent all that it ever will, and that was handled: the end of its session waits for its turn. */
  #isLeaving = false;
  /** It took too long to handle that: nothing but DISCONNECT counts any more. */
  #isDiscarding = false;
  #isSocketClosed = false;
  isResting = false;
  /** The last packet was part of a flood. */
  #floods = false;
  /** It begins with a message. */
  #publishes = false;

  constructor(
    parts: ConnectionParts<P>,
    listener: ConnectionListener<P>,
    socket: Duplex,
    transport: Transport,
  ) {
    this.#parts = parts;
    this.#listener = listener;
    this.#socket = socket;
    this.transport = transport;
    this.maxPacketBytes = parts.limits.maxConnectPacketBytes;
    this.#input = new SocketInput(socket, parts.tick);
    this.#outbox = new Outbox(socket, parts.tick, parts.limits.maxOutputBytes);
    this.#stateSinceMs = this.#lastReadMs = parts.tick.nowMs;
    parts.deadlines.set(this, this.#dueMs() as number);
    // What the client is owed when it ends its side is still written; then this side is ended too.
    socket.allowHalfOpen = true;
    this.#listen(socket);
    socket.on('drain', () => this.#drained());
    socket.on('end', () => this.#inputEnded());
    socket.on('error', () => this.#socket.destroy());
    socket.on('close', () => this.#socketClosed());
    // A socket that is closed already does not emit `close` again.
    if (socket.closed) setImmediate(() => this.#socketClosed());
  }

  // Packets in.

  /** Handles one packet. False: the next one has to wait, or never comes. @throws PacketError */
  packet(bytes: Buffer, start: number, end: number): boolean {
    this.#partialSinceMs = 0;
    const goesOn =
      this.#state === 'open' && !this.#isDiscarding
        ? this.#handleOpen(bytes, start, end)
        : this.#handle(bytes, start, end);
    if (!this.#parts.tick.packetHandled()) return goesOn;
    // What it has sent takes more than one tick, however long it was silent before.
    this.#floods = true;
    if (goesOn) this.#rest();
    return false;
  }

  /** Most packets of a busy server, in as few calls as can be. */
  #handleOpen(bytes: Buffer, start: number, end: number): boolean {
    if ((bytes[start] as number) >> 4 === PacketType.publish)
      return (this.#publisher as Publisher<P>).publish(bytes, start, end);
    const acknowledged = pubackId(bytes, start, end);
    if (acknowledged === 0) return this.#handle(bytes, start, end);
    (this.#session as Session<P>).acknowledge(acknowledged);
    return true;
  }

  #rest(): void {
    this.isResting = true;
    this.#parts.tick.readOnLater(this);
  }

  get isShort(): boolean {
    return this.#assembler.keptBytes <= shortBytes;
  }

  /** Connections read on one after the other: when the tick has lasted long enough, the rest waits for the next. */
  readOn(): void {
    this.isResting = false;
    // The next chunk has to wait: its messages would have to be copied while output of this one is not yet written.
    if (this.#assembler.isStopped) this.proceed(this.#publishes ? 1 : undefined);
  }

  #handle(bytes: Buffer, start: number, end: number): boolean {
    const first = bytes[start] as number;
    if (this.#isDiscarding) return this.#discard(first);
    checkOrder(first, this.#state === 'open'); // [MQTT-3.1.0-1][MQTT-3.1.0-2]
    const packet = decodePacket(bytes, start, end, this.#parts.limits);
    if (packet.type === 'puback') {
      this.#session?.acknowledge(packet.packetId);
      return true;
    }
    const { tick } = this.#parts;
    tick.handles(false);
    if (packet.type !== 'pingreq') tick.worked(controlPackets + (end - start) / bytesAsPacket);
    switch (packet.type) {
      case 'connect':
        return this.#connect(packet);
      case 'subscribe':
        return this.#subscribe(packet);
      case 'unsubscribe':
        return this.#unsubscribe(packet);
      case 'pingreq':
        return this.#reply(pingresp); // [MQTT-3.12.4-1]
      default:
        this.#will = undefined; // [MQTT-3.1.2-10][MQTT-3.14.4-3]
        this.close(reasons.clientDisconnected); // [MQTT-3.14.4-1][MQTT-3.14.4-2]
        return false;
    }
  }

  #connect(packet: ConnectPacket): boolean {
    const request = connectRequest(packet, this.transport);
    this.#move('authenticating');
    this.#claim = request;
    this.#connectNumber = ++this.#parts.counters.connects;
    this.#keepAliveSeconds = packet.keepAliveSeconds;
    const { host, limits } = this.#parts;
    this.#isHostAsked = true;
    void authenticate(host, packet, request, limits.maxClientIdBytes).then((result) => {
      this.#isHostAsked = false;
      if (this.#state !== 'authenticating') this.#checkClosed();
      else if (result.accepted && this.#parts.clientIds && !this.#isOutdated(result.scope, request))
        this.#claimClientId(this.#parts.clientIds, result, request);
      else this.#authenticated(result, request);
    });
    return false;
  }

  /** Sessions elsewhere that have the client ID are closed before this one is served [MQTT-3.1.4-2]. */
  #claimClientId(
    clientIds: ClientIds,
    result: ConnectResult<P> & { accepted: true },
    request: ConnectRequest,
  ): void {
    this.#claimed = clientIds.claim(result.scope, request.clientId, () => {
      // A client that has hung up, and whose last packets still wait, delays no other client.
      if (!this.#isFinishing) this.close(reasons.takenOver);
    });
    this.#claimed.known.then(
      () => {
        if (this.#state === 'authenticating') this.#authenticated(result, request);
      },
      () => {
        if (this.#state === 'authenticating')
          this.#refuse(ConnackCode.serverUnavailable, reasons.credentialsUnchecked);
      },
    );
  }

  #authenticated(result: ConnectResult<P>, request: ConnectRequest): void {
    if (!result.accepted) {
      this.#refuse(result.code, result.reason);
      return;
    }
    const { host } = this.#parts;
    const session = this.#parts.createSession(this, this.#outbox, {
      ...request,
      principal: result.principal,
      tenant: result.tenant,
    });
    this.#scope = result.scope;
    this.#takeOver(session);
    this.#session = session;
    this.#publisher = this.#parts.createPublisher(session, this);
    this.#will = request.will;
    this.#move('open');
    this.#claim = undefined;
    this.#reply(connackAccepted); // [MQTT-3.1.4-4][MQTT-3.2.0-1]
    host.connected(session);
    this.proceed();
  }

  /** The old connection of the client ID is closed before the new one is served [MQTT-3.1.4-2]. */
  #takeOver(session: Session<P>): void {
    const { sessions } = this.#parts;
    if (this.#isOutdated(this.#scope, session)) return;
    const former = sessions.find(this.#scope, session.clientId);
    // A client that has hung up, and whose last packets still wait, delays no other client.
    if (!former?.isFinishing) former?.close(reasons.takenOver);
    sessions.add(this.#scope, session); // always a new one, whatever clean session says [MQTT-3.1.2-6][MQTT-3.1.4-3]
  }

  /** A client that has hung up takes nothing from the connection that it opened afterwards. */
  #isOutdated(scope: string, { clientId }: { readonly clientId: string }): boolean {
    if (!this.#isFinishing) return false;
    const former = this.#parts.sessions.find(scope, clientId);
    return former !== undefined && former.connectNumber > this.#connectNumber;
  }

  /** The session, while there is one. */
  get session(): Session<P> | undefined {
    return this.#state === 'open' ? this.#session : undefined;
  }

  get connectNumber(): number {
    return this.#connectNumber;
  }

  get isFinishing(): boolean {
    return this.#isFinishing;
  }

  #subscribe(packet: SubscribePacket): boolean {
    const session = this.#session as Session<P>;
    const subscribed = this.#parts.subscribeHandler.subscribe(session, packet);
    if (!(subscribed instanceof Promise)) return this.#subscribed(session, packet, subscribed);
    subscribed.then(
      (outcome) => {
        if (session.isOpen && this.#subscribed(session, packet, outcome)) this.proceed();
      },
      () => this.close(reasons.internal),
    );
    return false;
  }

  #subscribed(session: Session<P>, packet: SubscribePacket, { codes, granted }: Subscribed): boolean {
    const goesOn = this.#reply(encodeSuback(packet.packetId, codes)); // [MQTT-3.8.4-1][MQTT-3.8.4-2]
    session.readRetained(granted);
    return goesOn;
  }

  #unsubscribe(packet: UnsubscribePacket): boolean {
    const session = this.#session as Session<P>;
    const done = this.#parts.slices.each(packet.filters, (filter) => session.unsubscribe(filter)); // [MQTT-3.10.4-6]
    if (done === undefined) return this.#unsubscribed(packet);
    void done.then(() => {
      if (session.isOpen && this.#unsubscribed(packet)) this.proceed();
    });
    return false;
  }

  #unsubscribed({ packetId }: UnsubscribePacket): boolean {
    return this.#reply(encodeUnsuback(packetId)); // [MQTT-3.10.4-4][MQTT-3.10.4-5]
  }

  // Packets out.

  acknowledge(packetId: number): void {
    if (this.#isSocketClosed) return;
    const { acks } = this.#parts.tick;
    const at = acks.reserve(pubackBytes);
    writePuback(acks.buffer, at, packetId);
    this.#outbox.append(acks.buffer, at, at + pubackBytes);
    this.#checkReplies();
  }

  #reply(packet: Buffer): boolean {
    this.#outbox.append(packet, 0, packet.length);
    return this.#checkReplies();
  }

  /** A client that asks without reading the answers is cut off. */
  #checkReplies(): boolean {
    const bound = this.#parts.limits.maxOutputBytes + replyHeadroomBytes;
    if (this.#outbox.isBlocked && this.#outbox.waitingBytes > bound)
      this.close(reasons.acknowledgementsUnread);
    return this.#state !== 'closing';
  }

  #drained(): void {
    this.#outbox.drained();
    if (this.#state === 'closing') this.#hangUp();
    else this.#session?.sendWaiting();
  }

  /** The publisher's last acknowledgement has been given. */
  settled(): void {
    if (this.#state === 'closing') this.#hangUp();
  }

  // The socket's input.

  #listen(socket: Duplex): void {
    if (socket instanceof DirectSocket) {
      socket.reader = (bytes, start, end) => this.#read(bytes, start, end);
      socket.ended = () => {
        if (this.#isClosing) this.#hangUp();
        else this.#inputEnded();
      };
      socket.resume();
    } else {
      socket.on('data', (chunk: Buffer) => this.#read(chunk, 0, chunk.length));
    }
  }

  #read(chunk: Buffer, start: number, end: number): void {
    if (this.#state === 'closing' || this.#isHeld) return;
    const { tick } = this.#parts;
    const silentMs = tick.nowMs - this.#lastReadMs;
    this.#lastReadMs = tick.nowMs;
    // Where a chunk continues another that is kept, it is not known what it begins with.
    if (!this.#assembler.isStopped) {
      const type = this.#assembler.firstByte(chunk, start) >> 4;
      this.#publishes = type === PacketType.publish;
      this.#floods = isOfFlood(type, silentMs);
    }
    // Acknowledgements add nothing to what is being written.
    const mustWait = tick.isSpent || (tick.isFlushing && this.#floods && this.#publishes);
    if (mustWait && !this.#assembler.isStopped && this.#state === 'open') {
      this.#assembler.hold();
      this.#rest();
    }
    this.#parse(chunk, start, end);
    if (!this.#assembler.isStopped) this.#input.took(end - start);
    // Some is read while packets have to wait, so that the end of the connection is noticed. A client that is being disconnected is
    // read on, or its hanging up would go unnoticed.
    else if (this.#assembler.isFull && !this.#isClosing) this.#input.pause();
  }

  /** Asked after packets have been handled, which may have changed the state. */
  get #isClosing(): boolean {
    return this.#state === 'closing';
  }

  /** The awaited answer is there: handles what has arrived meanwhile, and reads on. */
  proceed(mostChunks?: number): void {
    if (this.#state !== 'open' || this.#isHeld) return;
    this.#lastReadMs = this.#parts.tick.nowMs;
    this.#parse(undefined, 0, 0, mostChunks);
    if (this.#assembler.isStopped) return;
    if (this.#isFinishing) {
      this.close(this.#isDiscarding ? reasons.unfinished : reasons.connectionLost);
      return;
    }
    this.#input.resume();
    // The deadline of a client that is kept waiting is checked late; from now on its own silence counts again [MQTT-3.1.2-24].
    const dueMs = this.#dueMs();
    if (dueMs !== undefined) this.#parts.deadlines.setEarlier(this, dueMs);
  }

  /** From now on packets of the client are not handled; the client still gets all that is owed to it, and all of it at once. */
  hold(): void {
    this.#isHeld = true;
    this.#session?.drain();
    this.#assembler.stop();
    this.#input.pause();
  }

  /** Acknowledgements are still to come, since messages are being stored; or messages wait to be sent. */
  get isOwing(): boolean {
    return (this.#publisher?.isOwing ?? false) || (this.#session?.isOwed ?? false);
  }

  /** Handles the packets of a chunk, or those that have been waiting. */
  #parse(chunk: Buffer | undefined, start: number, end: number, mostChunks?: number): void {
    const { tick } = this.#parts;
    tick.handlesInput(this.#floods);
    try {
      if (chunk !== undefined) this.#assembler.take(chunk, start, end);
      else if (this.#assembler.resume(mostChunks)) this.#rest();
    } catch (error) {
      if (!(error instanceof PacketError)) throw error;
      if (this.#state === 'connecting' && chunk) this.#strange(error, chunk.subarray(start, end));
      else this.#malformed(error);
    }
    tick.inputHandled();
    if (this.#assembler.isPartial && this.#partialSinceMs === 0) {
      this.#partialSinceMs = this.#lastReadMs;
      const dueMs = this.#dueMs();
      if (dueMs !== undefined) this.#parts.deadlines.setEarlier(this, dueMs);
    }
  }

  // States and ends.

  /** The client sends nothing more. What it sent before is handled first, whatever it has to wait for. */
  #inputEnded(): void {
    if (this.#isFinishing || this.#isLeaving || this.#state === 'closing' || this.#state === 'closed') return;
    const isWaiting =
      this.#state === 'authenticating' || (this.#state === 'open' && this.#assembler.isStopped);
    if (!isWaiting) {
      this.#isLeaving = true;
      this.#parts.slices.inOrder(() => this.close(reasons.connectionLost));
      return;
    }
    this.#isFinishing = true;
    const bytes = finishingOverheadBytes + this.#assembler.keptBytes;
    if (this.#parts.finishing.take(bytes)) this.#finishingBytes = bytes;
    else this.#giveUp();
    this.#parts.deadlines.setEarlier(this, this.#parts.tick.nowMs + this.#parts.limits.finishTimeoutMs);
    this.#stateSinceMs = this.#parts.tick.nowMs;
  }

  /** The rest of what a client sent before its end is not handled, but its DISCONNECT counts. */
  #giveUp(): void {
    if (this.#state !== 'open') {
      this.close(reasons.connectionLost);
      return;
    }
    this.#isDiscarding = true;
    this.#publisher?.end();
    this.proceed();
  }

  #discard(first: number): boolean {
    if (first >> 4 === PacketType.disconnect) this.#will = undefined; // [MQTT-3.14.4-3]
    return true;
  }

  /** Ends the connection, whatever its state, after its output has been written. */
  close(why: Reason): void {
    if (this.#state === 'closing' || this.#state === 'closed') return;
    const state = this.#state;
    const reason = this.#isLeaving ? reasons.connectionLost : why;
    this.#move('closing');
    this.#assembler.stop(); // nothing that follows is processed [MQTT-3.1.4-5]
    this.#parts.finishing.give(this.#finishingBytes);
    this.#finishingBytes = 0;
    this.#claimed?.release();
    if (state === 'open') this.#endSession(reason);
    // A client that hangs up before it is answered was not refused, such as a load balancer's probe, which sends nothing at all.
    else if (reason !== reasons.connectionLost) this.#parts.host.refused(this.transport, this.#claim, reason);
    if (this.#isSocketClosed) {
      this.#move('closed');
      this.#checkClosed();
      return;
    }
    this.#input.resume();
    this.#hangUp();
  }

  /** Closes once nothing is owed any more: after `drain`, after the acknowledgements of what is being stored, or at the deadline. */
  #hangUp(): void {
    if (this.#outbox.isBlocked || this.#publisher?.isOwing) return;
    this.#outbox.flush();
    if (this.#socket instanceof DirectSocket && this.#socket.hasEnded) this.#socket.closeEnded();
    else this.#socket.end();
  }

  #refuse(code: ConnackCode, reason: Reason): void {
    const packet = encodeConnack(code);
    this.#outbox.append(packet, 0, packet.length);
    this.close(reason); // [MQTT-3.2.2-5]
  }

  /** The first bytes are wrong: they may show another protocol, or the identity of the client. */
  #strange(error: PacketError, first: Buffer): void {
    this.#claim = connectClaim(first);
    this.#malformed(error, foreignProtocol(first));
  }

  #malformed({ connack, reason: usual }: PacketError, reason = usual): void {
    if (connack === undefined)
      this.close(reason); // [MQTT-4.8.0-1]
    else this.#refuse(connack, reason);
  }

  #socketClosed(): void {
    if (this.#isSocketClosed) return;
    this.#takeRest();
    this.#isSocketClosed = true;
    this.#outbox.close();
    // A client that was reset before it was accepted, and sent nothing after CONNECT, has given up.
    if (this.#state === 'authenticating' && !this.#isFinishing && this.#assembler.keptBytes === 0)
      this.close(reasons.connectionLost);
    else this.#inputEnded();
    if (this.#state === 'closing') {
      this.#move('closed');
      this.#checkClosed();
    }
  }

  /** A stream that was paused may hold something when it is destroyed. */
  #takeRest(): void {
    for (;;) {
      const rest: unknown = this.#socket.read();
      if (!(rest instanceof Buffer)) return;
      this.#read(rest, 0, rest.length);
    }
  }

  #checkClosed(): void {
    if (this.#state !== 'closed' || this.#isHostAsked) return;
    this.#parts.deadlines.delete(this);
    this.#listener.closed(this);
  }

  #endSession(reason: Reason): void {
    const session = this.#session as Session<P>;
    this.#parts.sessions.remove(this.#scope, session);
    session.end();
    this.#publisher?.end();
    this.#parts.host.disconnected(session, reason);
    if (this.#will) this.#listener.fireWill(session.principal, this.#will); // [MQTT-3.1.2-8][MQTT-3.1.2-10][MQTT-3.1.2-12]
  }

  /** The only place where the state changes. An illegal move is a mistake of this file, so it is loud. */
  #move(to: State): void {
    if (!moves[this.#state].includes(to))
      throw new Error(`a connection cannot move from ${this.#state} to ${to}`);
    this.#state = to;
    if (to === 'open') this.maxPacketBytes = maxPublishBytes(this.#parts.limits);
    this.#stateSinceMs = this.#parts.tick.nowMs;
    const dueMs = this.#dueMs();
    if (dueMs !== undefined) this.#parts.deadlines.set(this, dueMs);
  }

  // Deadlines.

  checkDeadline(nowMs: number): number | undefined {
    const dueMs = this.#dueMs();
    if (dueMs === undefined || dueMs > nowMs) return dueMs;
    this.#expire();
    return this.#dueMs();
  }

  #dueMs(): number | undefined {
    const { limits } = this.#parts;
    switch (this.#state) {
      case 'connecting':
        return (
          this.#stateSinceMs + limits.connectTimeoutMs + transferMs(this.#assembler.partialBytes, limits)
        );
      case 'authenticating':
        return this.#stateSinceMs + (this.#isFinishing ? limits.finishTimeoutMs : authenticationTimeoutMs);
      case 'open':
        return this.#openDueMs();
      case 'closing':
        return this.#stateSinceMs + lingerMs;
      case 'closed':
        return undefined;
    }
  }

  /** When the keep alive, or the time for an unfinished packet, is over. Neither counts while this server reads nothing. */
  #openDueMs(): number | undefined {
    const { limits, tick } = this.#parts;
    if (this.#isFinishing) return this.#stateSinceMs + limits.finishTimeoutMs;
    if (this.#assembler.isStopped) return tick.nowMs + limits.packetGraceMs;
    return this.#clientDue()?.dueMs;
  }

  #clientDue(): ClientDue | undefined {
    const packet = packetDue(this.#partialSinceMs, this.#assembler.partialBytes, this.#parts.limits);
    return earlier(packet, keepAliveDue(this.#keepAliveSeconds, this.#lastReadMs));
  }

  #expire(): void {
    if (this.#state === 'connecting') this.close(reasons.noConnect);
    else if (this.#state === 'authenticating')
      this.#refuse(ConnackCode.serverUnavailable, reasons.credentialsUnchecked);
    else if (this.#state === 'closing') this.#socket.destroy();
    else if (this.#isFinishing) this.#giveUp();
    else if (this.#clientDue()?.reason === 'packet') this.close(reasons.packetTooSlow);
    else this.close(reasons.keepAliveTimeout);
  }
}

/**
 * A PUBACK never shows that the client waits for an answer, however rare it is; other packets that are not messages are no
 * flood.
 */
function isOfFlood(type: number, silentMs: number): boolean {
  return type === PacketType.puback || (type === PacketType.publish && silentMs < silenceMs);
}
