/**
 * One connection, on the socket's side: bytes to packets, strictly; the time that a client may take; and the end. What
 * an accepted client says is its session's business (session.ts).
 *
 * Packets are taken one after the other, each when the one before is done with; while there are packets left, no more
 * bytes are read.
 */
import type { Duplex } from 'node:stream';
import {
  ConnackCode,
  type ConnectRequest,
  type ConnectResult,
  type EngineHost,
  type EngineLimits,
  type Reason,
  reasons,
  type Transport,
} from '@iotcore/engine';
import {
  type CodecLimits,
  type ConnectPacket,
  checkOrder,
  decodePacket,
  encodeConnack,
  maxPublishBytes,
  PacketError,
} from '@iotcore/engine/codec';
import { authenticate, authenticationTimeoutMs, connectRequest } from '@iotcore/engine/connect';
import type { Session, SessionLink } from '../session.ts';
import { Deadlines } from './deadlines.ts';
import { Framer } from './framer.ts';
import { Outbox } from './outbox.ts';

/** Bytes that are read while packets have to wait. */
const mostBytesAhead = 65_536;

/** How long a peer has to take what it is still sent and close its side, before the connection is cut. */
const closingMs = 1000;

/** What a connection needs of its engine. */
export interface Reception<P> {
  readonly host: EngineHost<P>;
  readonly limits: EngineLimits;
  readonly codecLimits: CodecLimits;
  /** Makes the session of a connection that was accepted, and starts it once it is the only one of its client ID. */
  begin(connection: Connection<P>, admitted: Admitted<P>): Session<P>;
  ended(connection: Connection<P>, session: Session<P>): void;
  closed(connection: Connection<P>): void;
}

export interface Admitted<P> {
  readonly request: ConnectRequest;
  readonly principal: P;
  readonly scope: string;
}

type State = 'awaiting CONNECT' | 'admitting' | 'open' | 'closing';

export class Connection<P> implements SessionLink {
  readonly transport: Transport;
  /** Resolves when the socket is gone. */
  readonly closed: Promise<void>;
  /** Resolves when the host has answered CONNECT, if it was asked. */
  answered: Promise<unknown> = Promise.resolve();
  readonly #reception: Reception<P>;
  readonly #socket: Duplex;
  readonly #framer = new Framer();
  readonly #outbox: Outbox;
  readonly #deadlines: Deadlines;
  #state: State = 'awaiting CONNECT';
  #session: Session<P> | undefined;
  /** The peer sends nothing more; what it sent before is still dealt with. */
  #isHalfClosed = false;
  #isStopped = false;

  constructor(reception: Reception<P>, socket: Duplex, transport: Transport) {
    this.transport = transport;
    this.#reception = reception;
    this.#socket = socket;
    this.#outbox = new Outbox(socket, () => this.#session?.delivery.roomChanged());
    this.#deadlines = new Deadlines(reception.limits);
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('data', (chunk: Buffer) => this.#received(chunk));
    socket.on('end', () => this.#halfClosed());
    // What ails a socket shows as its close.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#halfClosed();
      reception.closed(this);
    });
  }

  /** The session, from the moment that the host let the client in until the end. */
  get session(): Session<P> | undefined {
    return this.#state === 'closing' ? undefined : this.#session;
  }

  get waitingBytes(): number {
    return this.#outbox.waitingBytes;
  }

  write(buffers: readonly Buffer[]): void {
    this.#outbox.write(buffers);
  }

  opened(): void {
    if (this.#state !== 'admitting' || !this.#session) return;
    this.#state = 'open';
    this.#reception.host.connected(this.#session.info);
    this.resume();
  }

  /** Takes the packets that are here, as far as they can be taken now. */
  resume(): void {
    if (this.#isStopped) return;
    try {
      while (this.#takeNext());
    } catch (error) {
      this.#offended(error);
    }
  }

  /** Takes nothing more from the client. */
  stop(): void {
    this.#isStopped = true;
    this.#session?.delivery.drain();
    if (this.#state === 'awaiting CONNECT') this.#shut();
  }

  close(reason: Reason, how?: 'at once'): void {
    if (this.#state === 'closing') return;
    const wasOpen = this.#state === 'open';
    this.#state = 'closing';
    if (this.#session) {
      this.#reception.ended(this, this.#session);
      if (wasOpen) this.#reception.host.disconnected(this.#session.info, reason);
    }
    this.#shut(how);
  }

  /** Looks whether the client has taken too long. `now` is that of `performance.now()`. */
  checkDeadlines(now: number): void {
    if (this.#state === 'awaiting CONNECT') {
      if (this.#deadlines.isConnectOverdue(now)) this.#refuse(undefined, reasons.noConnect);
    } else if (this.#state === 'open') {
      const reason = this.#deadlines.overdue(now, this.#framer.pendingBytes);
      if (reason) this.close(reason);
    }
  }

  #received(chunk: Buffer): void {
    if (this.#state === 'closing' || this.#isStopped) return;
    this.#framer.push(chunk);
    // Some is read while packets have to wait, or a reset would go unnoticed.
    if (this.#framer.pendingBytes >= mostBytesAhead) this.#socket.pause();
    this.resume();
  }

  #halfClosed(): void {
    this.#isHalfClosed = true;
    this.resume();
  }

  /** True if there may be another to take. */
  #takeNext(): boolean {
    if (this.#state === 'awaiting CONNECT') return this.#takeConnect();
    if (this.#state !== 'open' || !this.#session) return false;
    if (!this.#session.canTake) {
      this.#deadlines.busy();
      return false;
    }
    const { codecLimits } = this.#reception;
    if (this.#framer.firstByte !== undefined) checkOrder(this.#framer.firstByte, true);
    const frame = this.#framer.next(maxPublishBytes(codecLimits));
    if (!frame) return this.#awaitBytes();
    this.#deadlines.packetCame();
    const { bytes, start, end } = frame;
    this.#session.take(decodePacket(bytes, start, end, codecLimits), () =>
      Buffer.from(bytes.subarray(start, end)),
    );
    return true;
  }

  #takeConnect(): boolean {
    const { codecLimits, limits } = this.#reception;
    if (this.#framer.firstByte !== undefined) checkOrder(this.#framer.firstByte, false);
    const frame = this.#framer.next(limits.maxConnectPacketBytes);
    if (!frame) return this.#awaitBytes();
    const packet = decodePacket(frame.bytes, frame.start, frame.end, codecLimits) as ConnectPacket;
    this.#state = 'admitting';
    void this.#admit(packet);
    return false;
  }

  #awaitBytes(): false {
    if (this.#isHalfClosed) {
      this.close(reasons.connectionLost);
      return false;
    }
    this.#deadlines.waiting(this.#framer.firstByte !== undefined);
    this.#socket.resume();
    return false;
  }

  async #admit(packet: ConnectPacket): Promise<void> {
    const { host, limits } = this.#reception;
    const request = connectRequest(packet, this.transport);
    const answer = authenticate(host, packet, request, limits.maxClientIdBytes);
    this.answered = answer;
    const result = await inTime(answer);
    if (this.#state !== 'admitting') return;
    // Whoever hung up meanwhile is not refused, and takes nobody's client ID.
    if (this.#socket.destroyed) return this.#shut();
    if (!result.accepted) return this.#refuse(result.code, result.reason, request);
    this.#deadlines.keepAlive(request.keepAliveSeconds);
    this.#session = this.#reception.begin(this, { request, ...result });
  }

  #refuse(code: ConnackCode | undefined, reason: Reason, request?: ConnectRequest): void {
    this.#reception.host.refused(this.transport, request, reason);
    if (code !== undefined) this.#outbox.write([encodeConnack(code)]); // [MQTT-3.2.2-5]
    this.#state = 'closing';
    this.#shut();
  }

  #offended(error: unknown): void {
    const reason = error instanceof PacketError ? error.reason : reasons.internal;
    if (this.#state === 'awaiting CONNECT') {
      this.#refuse(error instanceof PacketError ? error.connack : undefined, reason);
    } else {
      this.close(reason);
    }
  }

  #shut(how?: 'at once'): void {
    this.#state = 'closing';
    if (how === 'at once' || this.#socket.destroyed) {
      this.#socket.destroy();
      return;
    }
    this.#outbox.end();
    // Bytes left unread would make the kernel reset the connection, and take along what was sent last.
    this.#socket.resume();
    const cut = setTimeout(() => this.#socket.destroy(), closingMs);
    this.#socket.once('close', () => clearTimeout(cut));
  }
}

async function inTime<P>(result: Promise<ConnectResult<P>>): Promise<ConnectResult<P>> {
  const { promise: tooLate, resolve } = Promise.withResolvers<ConnectResult<P>>();
  const refusal = { code: ConnackCode.serverUnavailable, reason: reasons.credentialsUnchecked };
  const timer = setTimeout(() => resolve({ accepted: false, ...refusal }), authenticationTimeoutMs);
  return Promise.race([result, tooLate]).finally(() => clearTimeout(timer));
}
