/**
 * TLS and SASL before a cluster that has neither: a broker that lets nobody in without a log-in, and hands everything else on. It speaks
 * what logging in needs of Kafka's protocol; that it speaks it as others do is shown by kcat, which comes in by it as well.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer, type Server } from 'node:tls';
import type { TestCertificate } from '@iotcore/testkit';
import { ScramServer } from './scram.ts';

const apiVersions = 18;
const saslHandshake = 17;
const saslAuthenticate = 36;
const unsupportedMechanism = 33;
const authenticationFailed = 58;

export interface Login {
  readonly mechanism: string;
  readonly username: string;
  readonly isAccepted: boolean;
  /** As RFC 5802 asks, to the letter. */
  readonly isExact: boolean;
}

export interface DoorOptions {
  readonly certificate: TestCertificate;
  /** The only broker of the cluster. */
  readonly broker: string;
  readonly mechanisms: readonly string[];
  readonly users: ReadonlyMap<string, string>;
}

/** A request, as far as it has to be known here. */
interface Request {
  readonly api: number;
  readonly version: number;
  readonly correlationId: number;
  readonly body: Buffer;
  readonly frame: Buffer;
}

export class KafkaDoor {
  readonly logins: Login[] = [];
  /** Requests that came before a log-in; their connections were closed. */
  intruders = 0;
  readonly #options: DoorOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** What the cluster answers when it is asked for the versions that it knows: six bytes each. */
  #apis: Buffer = Buffer.alloc(0);

  private constructor(options: DoorOptions) {
    this.#options = options;
    const { certPem: cert, keyPem: key } = options.certificate;
    this.#server = createServer({ cert, key }, (socket) => void this.#serve(socket));
    this.#server.on('tlsClientError', () => undefined);
  }

  /** Opens it; it closes when `cleanUp` is run. */
  static async open(options: DoorOptions, cleanUp: (close: () => void) => void): Promise<KafkaDoor> {
    const door = new KafkaDoor(options);
    door.#apis = await door.#askApis();
    door.#server.listen(0, '127.0.0.1');
    await once(door.#server, 'listening');
    cleanUp(() => {
      for (const socket of door.#sockets) socket.destroy();
      door.#server.close();
    });
    return door;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get #brokerPort(): number {
    return Number(this.#options.broker.split(':').at(-1));
  }

  async #askApis(): Promise<Buffer> {
    const socket = this.#dial();
    socket.write(framed(Buffer.concat([numbers(apiVersions, 0), word(7), text('door')])));
    for await (const frame of framesOf(socket)) {
      socket.destroy();
      // After the correlation, the error and the count.
      return frame.subarray(10);
    }
    throw new Error('the cluster did not answer');
  }

  #dial(): Socket {
    const socket = connect(this.#brokerPort, '127.0.0.1');
    this.#sockets.add(socket.on('error', () => undefined));
    return socket;
  }

  async #serve(client: Socket): Promise<void> {
    this.#sockets.add(client.on('error', () => undefined));
    let isIn = false;
    let mechanism = '';
    let scram: ScramServer | undefined;
    let broker: Socket | undefined;
    client.on('close', () => broker?.destroy());
    const answer = ({ correlationId }: Request, ...parts: Buffer[]) =>
      client.write(framed(Buffer.concat([word(correlationId), ...parts])));
    for await (const frame of framesOf(client)) {
      const request = readRequest(frame);
      if (request.api === apiVersions) answer(request, this.#apisAnswer(request.version));
      else if (isIn) broker?.write(framed(frame));
      else if (request.api === saslHandshake) {
        mechanism = stringIn(request.body);
        const isKnown = this.#options.mechanisms.includes(mechanism);
        const known = this.#options.mechanisms.map(text);
        answer(request, numbers(isKnown ? 0 : unsupportedMechanism), word(known.length), ...known);
        if (mechanism.startsWith('SCRAM-SHA-'))
          scram = new ScramServer(mechanism.endsWith('256') ? 'sha256' : 'sha512', (name) =>
            this.#options.users.get(name),
          );
      } else if (request.api === saslAuthenticate) {
        const said = request.body.subarray(4).toString();
        const step = scram ? this.#scramStep(mechanism, scram, said) : this.#plain(said);
        if (step === undefined) {
          answer(
            request,
            numbers(authenticationFailed),
            text('no such user or password'),
            word(0),
            lifetime(request),
          );
          continue;
        }
        answer(request, numbers(0, -1), word(step.reply.length), Buffer.from(step.reply), lifetime(request));
        if (!step.isIn) continue;
        isIn = true;
        broker = this.#dial();
        void this.#handBack(broker, client);
      } else {
        this.intruders += 1;
        client.destroy();
        return;
      }
    }
  }

  #plain(said: string): { reply: string; isIn: boolean } | undefined {
    const [, username = '', password = ''] = said.split('\0');
    const isAccepted = this.#options.users.get(username) === password;
    this.logins.push({ mechanism: 'PLAIN', username, isAccepted, isExact: true });
    return isAccepted ? { reply: '', isIn: true } : undefined;
  }

  #scramStep(
    mechanism: string,
    scram: ScramServer,
    said: string,
  ): { reply: string; isIn: boolean } | undefined {
    if (scram.username === '') return { reply: scram.first(said), isIn: false };
    const reply = scram.final(said);
    this.logins.push({
      mechanism,
      username: scram.username,
      isAccepted: reply !== undefined,
      isExact: scram.isExact,
    });
    return reply === undefined ? undefined : { reply, isIn: true };
  }

  /** Hands answers on; where the cluster names its broker, this door is named. */
  async #handBack(broker: Socket, client: Socket): Promise<void> {
    const inside = Buffer.concat([Buffer.from('127.0.0.1'), word(this.#brokerPort)]);
    const outside = Buffer.concat([Buffer.from('127.0.0.1'), word(this.#port)]);
    for await (const frame of framesOf(broker)) {
      for (let at = frame.indexOf(inside); at >= 0; at = frame.indexOf(inside, at + 1))
        outside.copy(frame, at);
      client.write(framed(frame));
    }
    client.destroy();
  }

  /** The cluster's versions, and what it takes to log in. From version 3 on lists and their items have another form. */
  #apisAnswer(version: number): Buffer {
    const apis = Buffer.concat([this.#apis, numbers(saslHandshake, 0, 1, saslAuthenticate, 0, 1)]);
    const count = apis.length / 6;
    const none = Buffer.of(0);
    if (version < 3)
      return Buffer.concat([numbers(0), word(count), apis, version > 0 ? word(0) : none.subarray(1)]);
    const items = Array.from({ length: count }, (_, n) => [apis.subarray(6 * n, 6 * n + 6), none]).flat();
    return Buffer.concat([numbers(0), Buffer.of(count + 1), ...items, word(0), none]);
  }
}

/** From version 1 on: for how long the log-in holds. */
function lifetime({ version }: Request): Buffer {
  return Buffer.alloc(version > 0 ? 8 : 0);
}

function readRequest(frame: Buffer): Request {
  const named = Math.max(0, frame.readInt16BE(8));
  return {
    api: frame.readInt16BE(0),
    version: frame.readInt16BE(2),
    correlationId: frame.readInt32BE(4),
    body: frame.subarray(10 + named),
    frame,
  };
}

async function* framesOf(socket: Socket): AsyncGenerator<Buffer> {
  let waiting: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of socket) {
      waiting = Buffer.concat([waiting, chunk as Buffer]);
      while (waiting.length >= 4 && waiting.length >= 4 + waiting.readInt32BE(0)) {
        const end = 4 + waiting.readInt32BE(0);
        yield waiting.subarray(4, end);
        waiting = waiting.subarray(end);
      }
    }
  } catch {
    // The other side has gone.
  }
}

const framed = (body: Buffer) => Buffer.concat([word(body.length), body]);
const stringIn = (bytes: Buffer) => bytes.subarray(2, 2 + bytes.readInt16BE(0)).toString();

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [at, value] of values.entries()) bytes.writeInt16BE(value, 2 * at);
  return bytes;
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([numbers(Buffer.byteLength(value)), Buffer.from(value)]);
}
