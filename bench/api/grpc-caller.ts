/** Calls of the API by gRPC and by REST, both inside TLS on a connection that is kept, so that they can be compared. */

import { Agent, request } from 'node:https';
import { create, type DescMethodUnary, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Client, credentials, Metadata } from '@grpc/grpc-js';

/** Where both are reached. */
export interface TlsPlace {
  readonly port: number;
  readonly caPem: string;
  readonly token: string;
}

export class GrpcCaller {
  readonly #client: Client;
  readonly #metadata = new Metadata();

  constructor({ port, caPem, token }: TlsPlace) {
    this.#client = new Client(`localhost:${port}`, credentials.createSsl(Buffer.from(caPem)));
    this.#metadata.set('authorization', `Bearer ${token}`);
  }

  call(method: DescMethodUnary, fields: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        `/${method.parent.typeName}/${method.name}`,
        (message: object) => Buffer.from(toBinary(method.input, message as never)),
        (bytes: Buffer) => fromBinary(method.output, bytes),
        create(method.input, fields as never),
        this.#metadata,
        (error, answer) => (error ? reject(error) : resolve(answer)),
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}

export class TlsCaller {
  readonly #place: TlsPlace;
  readonly #agent: Agent;

  constructor(place: TlsPlace) {
    this.#place = place;
    this.#agent = new Agent({ keepAlive: true, ca: place.caPem });
  }

  call(method: string, path: string, body?: object): Promise<unknown> {
    const { port, token } = this.#place;
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': 'application/json' }),
    };
    return new Promise((resolve, reject) => {
      const sent = request(
        { host: 'localhost', port, method, path, headers, agent: this.#agent },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (piece) => {
            text += piece;
          });
          answer.on('error', reject).on('end', () => {
            if (answer.statusCode === 200) resolve(JSON.parse(text));
            else reject(new Error(`${method} ${path} answered ${answer.statusCode}: ${text}`));
          });
        },
      );
      sent.on('error', reject).end(body && JSON.stringify(body));
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
