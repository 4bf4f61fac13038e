/** A gRPC client that others wrote, for the messages that our .proto files describe. */
import { once } from 'node:events';
import {
  create,
  type DescMethodBiDiStreaming,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import type { Installation } from '@iotcore/testkit';
import { onTestFinished } from 'vitest';

export interface CallOptions {
  /** Value of `authorization`; default: the administrator's token. Empty: none. */
  readonly authorization?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
}

/** What a call that succeeded came with. */
export interface Answer<T> {
  readonly message: T;
  /** Initial metadata. */
  readonly headers: Metadata;
}

export class GrpcClient {
  readonly #client: Client;
  readonly #installation: Installation;

  /** Inside TLS, trusting the installation's authority; it ends with the test. Its user agent begins as is said. */
  static connect(
    installation: Installation,
    { userAgent }: { readonly userAgent?: string } = {},
  ): GrpcClient {
    const secure = credentials.createSsl(Buffer.from(installation.caPem));
    const options = { ...(userAgent !== undefined && { 'grpc.primary_user_agent': userAgent }) };
    return new GrpcClient(installation, new Client(`localhost:${installation.apiTlsPort}`, secure, options));
  }

  /** Without TLS, as a proxy that ended it. */
  static connectCleartext(installation: Installation): GrpcClient {
    const address = `127.0.0.1:${installation.apiGrpcPort}`;
    return new GrpcClient(installation, new Client(address, credentials.createInsecure()));
  }

  private constructor(installation: Installation, client: Client) {
    this.#installation = installation;
    this.#client = client;
    onTestFinished(() => this.#client.close());
  }

  /** Asks one after the other on one stream, and gives the answers. */
  async stream<M extends DescMethodBiDiStreaming>(
    method: M,
    requests: readonly MessageInitShape<M['input']>[],
  ): Promise<MessageShape<M['output']>[]> {
    const stream = this.#client.makeBidiStreamRequest(
      `/${method.parent.typeName}/${method.name}`,
      (message: MessageShape<M['input']>) => Buffer.from(toBinary(method.input, message)),
      (bytes: Buffer) => fromBinary(method.output, bytes) as MessageShape<M['output']>,
    );
    const answers: MessageShape<M['output']>[] = [];
    stream.on('data', (answer: MessageShape<M['output']>) => answers.push(answer));
    for (const request of requests) stream.write(create(method.input, request) as MessageShape<M['input']>);
    stream.end();
    await once(stream, 'end');
    return answers;
  }

  /** @throws ServiceError */
  async call<M extends DescMethodUnary>(
    method: M,
    request: MessageInitShape<M['input']>,
    options: CallOptions = {},
  ): Promise<MessageShape<M['output']>> {
    return (await this.callWithHeaders(method, request, options)).message;
  }

  callWithHeaders<M extends DescMethodUnary>(
    method: M,
    request: MessageInitShape<M['input']>,
    options: CallOptions = {},
  ): Promise<Answer<MessageShape<M['output']>>> {
    const path = `/${method.parent.typeName}/${method.name}`;
    return new Promise((resolve, reject) => {
      let headers = new Metadata();
      const call = this.#client.makeUnaryRequest(
        path,
        (message: MessageShape<M['input']>) => Buffer.from(toBinary(method.input, message)),
        (bytes: Buffer) => fromBinary(method.output, bytes) as MessageShape<M['output']>,
        create(method.input, request) as MessageShape<M['input']>,
        this.#metadata(options),
        { ...(options.deadlineMs !== undefined && { deadline: Date.now() + options.deadlineMs }) },
        (error: ServiceError | null, message) => {
          if (error || message === undefined)
            reject(Object.assign(error ?? new Error('no answer'), { headers }));
          else resolve({ message, headers });
        },
      );
      call.on('metadata', (received) => {
        headers = received;
      });
    });
  }

  #metadata({
    authorization = `Bearer ${this.#installation.adminToken}`,
    metadata = {},
  }: CallOptions): Metadata {
    const all = new Metadata();
    if (authorization !== '') all.set('authorization', authorization);
    for (const [name, value] of Object.entries(metadata)) all.set(name, value);
    return all;
  }
}

/** The error of a call that failed, and its initial metadata. */
export type Refusal = ServiceError & { readonly headers: Metadata };

/** The error of a call that must fail. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    return error as Refusal;
  }
  throw new Error('the call succeeded');
}
