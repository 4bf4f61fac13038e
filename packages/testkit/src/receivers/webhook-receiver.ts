/** A real HTTP server that receives what exports send, and behaves as badly as it is told to. */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { within } from '../deadline.ts';

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What is done with a request once it is here. */
export type Behaviour =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** It is never answered. */
  | 'hang'
  /** The connection is reset. */
  | 'reset'
  /** Headers, and then a byte now and then without end. */
  | 'drip'
  /** Far more than anybody reads. */
  | 'flood';

export interface ReceiverOptions {
  /** Serve inside TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

const dripEveryMs = 20;

export class WebhookReceiver {
  /** All that came, answered or not. */
  readonly requests: ReceivedRequest[] = [];
  behave: (request: ReceivedRequest) => Behaviour = () => ({ status: 200 });
  readonly #server: Server;
  readonly #isTls: boolean;
  #port = 0;
  #arrived: (() => void)[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();

  private constructor({ tls }: ReceiverOptions) {
    this.#isTls = tls !== undefined;
    this.#server = tls ? createTlsServer(tls) : createServer();
    this.#server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('error', () => undefined);
      request.on('end', () => {
        const received = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) };
        this.requests.push(received);
        this.#answer(this.behave(received), response);
        for (const arrived of this.#arrived.splice(0)) arrived();
      });
    });
    // Handshakes that clients give up.
    this.#server.on('tlsClientError', () => undefined);
  }

  static async start(options: ReceiverOptions = {}): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(options);
    await receiver.open();
    return receiver;
  }

  get url(): string {
    return `${this.#isTls ? 'https' : 'http'}://127.0.0.1:${this.#port}/`;
  }

  /** Listens, at the same port as before. */
  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Gone: connections to it are refused. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Waits until what came satisfies the condition. */
  async until(condition: (requests: readonly ReceivedRequest[]) => boolean, what: string): Promise<void> {
    const waiting = (async () => {
      while (!condition(this.requests)) await new Promise<void>((resolve) => this.#arrived.push(resolve));
    })();
    await within(waiting, what);
  }

  #answer(behaviour: Behaviour, response: ServerResponse): void {
    if (typeof behaviour === 'object') {
      response.writeHead(behaviour.status, behaviour.headers).end(behaviour.body);
      return;
    }
    if (behaviour === 'reset') response.socket?.resetAndDestroy();
    if (behaviour === 'drip') {
      response.writeHead(200);
      const timer = setInterval(() => response.write('.'), dripEveryMs);
      this.#timers.add(timer);
      response.on('close', () => clearInterval(timer));
    }
    if (behaviour === 'flood') {
      response.writeHead(200);
      response.on('error', () => undefined);
      const chunk = Buffer.alloc(65_536, 'x');
      const pour = () => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', pour);
      };
      pour();
    }
  }
}
