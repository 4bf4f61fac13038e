/**
 * One connection: its socket, its states, and what each packet does. Packets are handled in the order of their coming; one
 * that has to wait for the host holds up those behind it, and nobody else.
 */
import type { Duplex } from 'node:stream';
import {
  type CodecLimits,
  type ConnectPacket,
  checkOrder,
  decodePacket,
  encodeConnack,
  encodePingresp,
  encodeSuback,
  encodeUnsuback,
  maxPublishBytes,
  PacketError,
  PacketType,
  pubackBytes,
  type SubscribePacket,
  type UnsubscribePacket,
  writePuback,
} from '../codec/index.ts';
import { authenticate, authenticationTimeoutMs, connectRequest } from '../connect.ts';
import {
  ConnackCode,
  type ConnectRequest,
  type ConnectResult,
  type EngineHost,
  type EngineLimits,
  type Transport,
  type Will,
} from '../port.ts';
import { reasons } from '../reasons.ts';
import { sendRetained } from './deliver/retained-messages.ts';
import { Session, type SessionOwner, type SessionParts } from './deliver/session.ts';
import type { SessionRegistry } from './deliver/session-registry.ts';
import { applyGrants, authorizeSubscribe, type Grants } from './deliver/subscribe.ts';
import type { DeadlineWheel, Expiring } from './io/deadline-wheel.ts';
import { DirectSocket } from './io/direct-socket.ts';
import { Outbox } from './io/outbox.ts';
import { PacketAssembler, type PacketSink } from './io/packet-assembler.ts';
import { SocketInput } from './io/socket-input.ts';
import { Publisher, type PublisherConnection, type PublisherParts } from './publish/publisher.ts';

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

/** How long a client that is being disconnected may take to hang up. */
const lingerMs = 1_000;
/** Replies may wait this far beyond the bound of messages, so that a slow subscriber can still publish. */
const replyHeadroomBytes = 65_536;

const connackAccepted = encodeConnack(0);
const pingresp = encodePingresp();

export interface ConnectionOwner<P> {
  closed(connection: Connection<P>): void;
  fireWill(principal: P, will: Will): void;
}

/** What the connections of one engine share: what they use themselves, and what they hand on to session and publisher. */
export interface ConnectionParts<P> extends SessionParts<P>, PublisherParts<P> {
  readonly host: EngineHost<P>;
  readonly limits: EngineLimits & CodecLimits;
  readonly bus: SessionParts<P>['bus'] & PublisherParts<P>['bus'];
  readonly deadlines: DeadlineWheel<Connection<P>>;
  readonly sessions: SessionRegistry<P>;
}

export class Connection<P> implements PacketSink, PublisherConnection, SessionOwner, Expiring {
  readonly #parts: ConnectionParts<P>;
  readonly #owner: ConnectionOwner<P>;
  readonly #socket: Duplex;
  readonly #transport: Transport;
  readonly #input: SocketInput;
  readonly #outbox: Outbox;
  readonly #assembler = new PacketAssembler(this);
  #state: State = 'connecting';
  #stateSinceMs: number;
  #request: ConnectRequest | undefined;
  #scope = '';
  #session: Session<P> | undefined;
  #publisher: Publisher<P> | undefined;
  #will: Will | undefined;
  #keepAliveMs = 0;
  #lastReadMs: number;
  /** When the packet began whose rest is due; 0 is none. */
  #partialSinceMs = 0;
  #isHeld = false;

  constructor(parts: ConnectionParts<P>, owner: ConnectionOwner<P>, socket: Duplex, transport: Transport) {
    this.#parts = parts;
    this.#owner = owner;
    this.#socket = socket;
    this.#transport = transport;
    this.#input = new SocketInput(socket, parts.tick);
    this.#outbox = new Outbox(socket, parts.tick, parts.limits.maxOutputBytes);
    this.#stateSinceMs = this.#lastReadMs = parts.tick.nowMs;
    parts.deadlines.set(this, this.#dueMs() as number);
    this.#listen(socket);
    socket.on('drain', () => this.#drained());
    socket.on('end', () => this.close(reasons.connectionLost));
    socket.on('error', () => this.#socket.destroy());
    socket.on('close', () => this.#closed());
  }

  // Packets in.

  get maxPacketBytes(): number {
    const { limits } = this.#parts;
    return this.#state === 'open' ? maxPublishBytes(limits) : limits.maxConnectPacketBytes;
  }

  /** Handles one packet. False: the next one has to wait, or never comes. @throws PacketError */
  packet(bytes: Buffer, start: number, end: number): boolean {
    this.#partialSinceMs = 0;
    const first = bytes[start] as number;
    checkOrder(first, this.#state === 'open'); // [MQTT-3.1.0-1][MQTT-3.1.0-2]
    if (first >> 4 === PacketType.publish)
      return (this.#publisher as Publisher<P>).publish(bytes, start, end);
    const packet = decodePacket(bytes, start, end, this.#parts.limits);
    switch (packet.type) {
      case 'connect':
        return this.#connect(packet);
      case 'puback':
        this.#session?.acknowledge(packet.packetId);
        return true;
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
    const request = connectRequest(packet, this.#transport);
    this.#move('authenticating');
    this.#request = request;
    this.#keepAliveMs = 1_500 * packet.keepAliveSeconds; // one and a half times [MQTT-3.1.2-24]
    const { host, limits } = this.#parts;
    void authenticate(host, packet, request, limits.maxClientIdBytes).then((result) => {
      if (this.#state === 'authenticating') this.#authenticated(result, request);
    });
    return false;
  }

  #authenticated(result: ConnectResult<P>, request: ConnectRequest): void {
    if (!result.accepted) {
      this.#refuse(result.code, result.reason);
      return;
    }
    const { host, sessions } = this.#parts;
    // The old connection is closed before the new one is served [MQTT-3.1.4-2].
    sessions.find(result.scope, request.clientId)?.close(reasons.takenOver);
    const session = new Session(this.#parts, this, this.#outbox, {
      ...request,
      principal: result.principal,
    });
    this.#session = session;
    this.#publisher = new Publisher(this.#parts, session, this);
    this.#will = request.will;
    this.#scope = result.scope;
    sessions.add(result.scope, session); // always a new one, whatever clean session says [MQTT-3.1.2-6][MQTT-3.1.4-3]
    this.#move('open');
    this.#request = undefined;
    this.#reply(connackAccepted); // [MQTT-3.1.4-4][MQTT-3.2.0-1]
    host.connected(session);
    this.proceed();
  }

  #subscribe(packet: SubscribePacket): boolean {
    const session = this.#session as Session<P>;
    const { host, limits } = this.#parts;
    const grants = authorizeSubscribe(host, session, packet, limits.maxSubscriptionsPerSession);
    if (!(grants instanceof Promise)) return this.#granted(session, packet, grants);
    void grants.then((answers) => {
      if (session.isOpen && this.#granted(session, packet, answers)) this.proceed();
    });
    return false;
  }

  #granted(session: Session<P>, packet: SubscribePacket, grants: Grants): boolean {
    const { codes, granted } = applyGrants(this.#parts.host, session, packet, grants);
    const goesOn = this.#reply(encodeSuback(packet.packetId, codes)); // [MQTT-3.8.4-1][MQTT-3.8.4-2]
    if (granted.length > 0) {
      sendRetained(this.#parts.host, session, granted).catch(() => this.close(reasons.retainedUnread));
    }
    return goesOn;
  }

  #unsubscribe(packet: UnsubscribePacket): boolean {
    for (const filter of packet.filters) this.#session?.unsubscribe(filter); // [MQTT-3.10.4-6]
    return this.#reply(encodeUnsuback(packet.packetId)); // [MQTT-3.10.4-4][MQTT-3.10.4-5]
  }

  // Packets out.

  acknowledge(packetId: number): void {
    if (this.#state === 'closed') return;
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
      socket.resume();
    } else {
      socket.on('data', (chunk: Buffer) => this.#read(chunk, 0, chunk.length));
    }
  }

  #read(chunk: Buffer, start: number, end: number): void {
    if (this.#state === 'closing') return;
    this.#lastReadMs = this.#parts.tick.nowMs;
    this.#parse(chunk, start, end);
    if (!this.#assembler.isStopped) this.#input.took(end - start);
    // Who is being disconnected is read on, or its hanging up would go unnoticed.
    else if (!this.#isClosing) this.#input.pause();
  }

  /** Asked after packets have been handled, which may have changed the state. */
  get #isClosing(): boolean {
    return this.#state === 'closing';
  }

  /** The host has answered, or stored: handles what has come meanwhile, and reads on. */
  proceed(): void {
    if (this.#state !== 'open' || this.#isHeld) return;
    this.#lastReadMs = this.#parts.tick.nowMs;
    this.#parse(undefined, 0, 0);
    if (this.#assembler.isStopped) return;
    this.#input.resume();
    // Who is kept waiting is looked at late; from now on its own silence counts again [MQTT-3.1.2-24].
    const dueMs = this.#dueMs();
    if (dueMs !== undefined) this.#parts.deadlines.setEarlier(this, dueMs);
  }

  /** From now on nothing that the client sends is handled; it is still sent what it is owed, and all of it at once. */
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
  #parse(chunk: Buffer | undefined, start: number, end: number): void {
    try {
      if (chunk === undefined) this.#assembler.resume();
      else this.#assembler.take(chunk, start, end);
    } catch (error) {
      if (!(error instanceof PacketError)) throw error;
      this.#malformed(error);
    }
    if (this.#assembler.isPartial && this.#partialSinceMs === 0) {
      this.#partialSinceMs = this.#lastReadMs;
      this.#parts.deadlines.setEarlier(this, this.#lastReadMs + this.#parts.limits.packetTimeoutMs);
    }
  }

  // States and ends.

  /** Ends the connection, whatever its state, after what it is owed has been written. */
  close(reason: string): void {
    if (this.#state === 'closing' || this.#state === 'closed') return;
    const state = this.#state;
    this.#move('closing');
    this.#assembler.stop(); // nothing that follows is processed [MQTT-3.1.4-5]
    if (state === 'open') this.#endSession(reason);
    // Who hangs up before an answer was not refused: a probe of a load balancer says nothing at all.
    else if (reason !== reasons.connectionLost)
      this.#parts.host.refused(this.#transport, this.#request, reason);
    this.#input.resume();
    this.#hangUp();
  }

  /** Closes once nothing is owed any more: after `drain`, after the acknowledgements of what is being stored, or at the deadline. */
  #hangUp(): void {
    if (this.#outbox.isBlocked || this.#publisher?.isOwing) return;
    this.#outbox.flush();
    this.#socket.end();
  }

  #refuse(code: ConnackCode, reason: string): void {
    const packet = encodeConnack(code);
    this.#outbox.append(packet, 0, packet.length);
    this.close(reason); // [MQTT-3.2.2-5]
  }

  #malformed(error: PacketError): void {
    if (error.connack === undefined)
      this.close(error.message); // [MQTT-4.8.0-1]
    else this.#refuse(error.connack, error.message);
  }

  #closed(): void {
    const state = this.#state;
    if (state === 'closed') return;
    this.#move('closed');
    this.#assembler.stop();
    this.#outbox.discard();
    if (state === 'open') this.#endSession(reasons.connectionLost);
    this.#parts.deadlines.delete(this);
    this.#owner.closed(this);
  }

  #endSession(reason: string): void {
    const session = this.#session as Session<P>;
    this.#parts.sessions.remove(this.#scope, session);
    session.end();
    this.#publisher?.end();
    this.#parts.host.disconnected(session, reason);
    if (this.#will) this.#owner.fireWill(session.principal, this.#will); // [MQTT-3.1.2-8][MQTT-3.1.2-10][MQTT-3.1.2-12]
  }

  /** The only place where the state changes. An illegal move is a mistake of this file, so it is loud. */
  #move(to: State): void {
    if (!moves[this.#state].includes(to))
      throw new Error(`a connection cannot move from ${this.#state} to ${to}`);
    this.#state = to;
    this.#stateSinceMs = this.#parts.tick.nowMs;
    const dueMs = this.#dueMs();
    if (dueMs !== undefined) this.#parts.deadlines.set(this, dueMs);
  }

  // Deadlines.

  checkDeadline(nowMs: number): number | undefined {
    const dueMs = this.#dueMs();
    if (dueMs === undefined || dueMs > nowMs) return dueMs;
    this.#expire(nowMs);
    return this.#dueMs();
  }

  #dueMs(): number | undefined {
    const { limits } = this.#parts;
    switch (this.#state) {
      case 'connecting':
        return this.#stateSinceMs + limits.connectTimeoutMs;
      case 'authenticating':
        return this.#stateSinceMs + authenticationTimeoutMs;
      case 'open':
        return this.#openDueMs(limits.packetTimeoutMs);
      case 'closing':
        return this.#stateSinceMs + lingerMs;
      case 'closed':
        return undefined;
    }
  }

  /** The keep alive, or the end of the packet that has begun. Not counted while we are who does not read. */
  #openDueMs(packetTimeoutMs: number): number | undefined {
    if (this.#assembler.isStopped) return this.#parts.tick.nowMs + packetTimeoutMs;
    const keepAliveMs =
      this.#keepAliveMs > 0 ? this.#lastReadMs + this.#keepAliveMs : Number.POSITIVE_INFINITY;
    const packetMs =
      this.#partialSinceMs > 0 ? this.#partialSinceMs + packetTimeoutMs : Number.POSITIVE_INFINITY;
    const dueMs = Math.min(keepAliveMs, packetMs);
    return Number.isFinite(dueMs) ? dueMs : undefined;
  }

  #expire(nowMs: number): void {
    const { packetTimeoutMs } = this.#parts.limits;
    if (this.#state === 'connecting') this.close(reasons.noConnect);
    else if (this.#state === 'authenticating')
      this.#refuse(ConnackCode.serverUnavailable, reasons.credentialsUnchecked);
    else if (this.#state === 'closing') this.#socket.destroy();
    else if (this.#partialSinceMs > 0 && nowMs >= this.#partialSinceMs + packetTimeoutMs)
      this.close(reasons.packetTimeout);
    else this.close(reasons.keepAliveTimeout);
  }
}
