import type {
  Client,
  Connection,
  ConnectionEnd,
  CutOff,
  Fault,
  History,
  Received,
  Refusal,
  Revocation,
  Sent,
} from '../history.ts';
import { decodeMark } from './marked-message.ts';

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Writes down what clients do and see, while they do. */
export class MessageLedger {
  readonly #now: () => number;
  readonly #clients: Client[] = [];
  readonly #connections: Writable<Connection>[] = [];
  readonly #sent = new Map<string, Writable<Sent>>();
  readonly #received: Received[] = [];
  readonly #faults: Writable<Fault>[] = [];
  readonly #revocations: Revocation[] = [];
  readonly #refusals: Refusal[] = [];
  readonly #givenUp: string[] = [];
  readonly #cutOffs: Writable<CutOff>[] = [];
  #draining = false;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  client(client: Client): void {
    if (this.#clients.some(({ name }) => name === client.name)) {
      throw new TypeError(`there is a client '${client.name}' already`);
    }
    this.#clients.push(client);
  }

  /** From now on it must hear this topic too. */
  alsoHears(name: string, topic: string): void {
    const at = this.#clients.findIndex((client) => client.name === name);
    const client = this.#clients[at];
    if (!client) throw new TypeError(`there is no client '${name}'`);
    this.#clients[at] = { ...client, hears: [...client.hears, topic] };
  }

  /** CONNACK 0. What it returns tells the rest of this connection's life. */
  opened(client: string, port?: number): { subscribed(): void; closed(end: ConnectionEnd): void } {
    const connection: Writable<Connection> = {
      client,
      openedAt: this.#now(),
      subscribedAt: undefined,
      closedAt: undefined,
      end: undefined,
      ...(port === undefined ? {} : { port }),
    };
    this.#connections.push(connection);
    return {
      subscribed: () => {
        connection.subscribedAt = this.#now();
      },
      closed: (end) => {
        connection.closedAt ??= this.#now();
        connection.end ??= end === 'cut' && this.#draining ? 'drained' : end;
      },
    };
  }

  /** A message is about to be written to the socket, for the first time or again. */
  sent(message: Pick<Sent, 'publisher' | 'tenant' | 'topic' | 'sequence'>): void {
    const key = `${message.publisher} ${message.sequence}`;
    const before = this.#sent.get(key);
    if (before) before.sentAt = this.#now();
    else this.#sent.set(key, { ...message, sentAt: this.#now(), ackedAt: undefined });
  }

  acked(publisher: string, sequence: number): void {
    const message = this.#sent.get(`${publisher} ${sequence}`);
    if (!message) throw new TypeError(`${publisher} never sent ${sequence}`);
    message.ackedAt ??= this.#now();
  }

  /** `stored`: it came with the retain flag. */
  received(receiver: string, topic: string, payload: Buffer, stored = false): void {
    this.#received.push({ receiver, topic, at: this.#now(), stored, mark: decodeMark(payload) });
  }

  /** A fault begins; call what it returns when its cause is taken away (at once for a kill). */
  fault(): () => void {
    const fault = { from: this.#now(), to: Number.POSITIVE_INFINITY };
    this.#faults.push(fault);
    return () => {
      fault.to = Math.min(fault.to, this.#now());
    };
  }

  /**
   * The node of a cluster that listens at these ports is frozen or cut off from now on. What it returns says by when it has to
   * disconnect its clients; until it is called, they may stay.
   */
  cutOff(ports: readonly number[]): (untilMs: number) => void {
    const cutOff = { ports, from: this.#now(), until: Number.POSITIVE_INFINITY };
    this.#cutOffs.push(cutOff);
    return (untilMs) => {
      cutOff.until = untilMs;
    };
  }

  /** The API has answered 2xx to taking this client's rights away. */
  revoked(client: string): void {
    this.#revocations.push({ client, answeredAt: this.#now() });
  }

  refused(client: string, code: number): void {
    this.#refusals.push({ client, at: this.#now(), code });
  }

  /** A client waited for CONNACK or PINGRESP in vain, and cut its connection. */
  gaveUp(client: string): void {
    this.#givenUp.push(client);
  }

  /** The server is asked to end in order: what it closes until the returned function is called, it owes nothing. */
  drain(): () => void {
    this.#draining = true;
    return () => {
      this.#draining = false;
    };
  }

  get ackedCount(): number {
    let count = 0;
    for (const { ackedAt } of this.#sent.values()) if (ackedAt !== undefined) count += 1;
    return count;
  }

  /** The clients that gave up waiting, once for each time. */
  get givenUp(): readonly string[] {
    return this.#givenUp;
  }

  get receivedCount(): number {
    return this.#received.length;
  }

  history(): History {
    return {
      clients: this.#clients,
      connections: this.#connections,
      sent: [...this.#sent.values()],
      received: this.#received,
      faults: this.#faults,
      revocations: this.#revocations,
      refusals: this.#refusals,
      cutOffs: this.#cutOffs,
    };
  }
}
