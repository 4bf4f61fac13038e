/** Runs a gRPC call: finds its method, proves the caller before the message is read, answers or refuses. */

import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { ApiError, type ControlPlane, errors, type OpenCall, toApiError } from '@iotcore/control';
import { refuseForeignIds } from '../messages/ids.ts';
import { readMessage, toInput } from '../messages/input.ts';
import { writeMessage } from '../messages/output.ts';
import type { Method, OperationMethod } from '../method.ts';
import { unimplemented } from '../unimplemented.ts';
import { StreamCall, textOf } from '../wire/stream-call.ts';
import { fitting } from './answer-size.ts';

/** What became of a call, for the log and the metrics. */
export interface CallEnd {
  readonly requestId: string;
  /** As the path names it; undefined if there is no such method. */
  readonly method: string | undefined;
  readonly operation: string | undefined;
  readonly callerId: string | undefined;
  readonly remoteIp: string;
  /** A code of google.rpc.Code; 0 is success. */
  readonly code: number;
  readonly tookMs: number;
  /** As the client named its call, to compare logs. */
  readonly clientRequestId: string | undefined;
  readonly clientTraceId: string | undefined;
}

export interface CallRunnerOptions {
  readonly methods: ReadonlyMap<string, Method>;
  /** Undefined until the service can serve. */
  readonly controlPlane: () => ControlPlane | undefined;
  /** The client's address, behind proxies that are trusted. */
  readonly clientAddress: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => string;
  /** Without it: as usual. */
  readonly takeAnswerMs: number | undefined;
  readonly ended: (end: CallEnd) => void;
  /** An error that is ours, outside of any operation. */
  readonly failed: (error: unknown, requestId: string) => void;
}

export class CallRunner {
  readonly #options: CallRunnerOptions;

  constructor(options: CallRunnerOptions) {
    this.#options = options;
  }

  /** Serves one stream to its end. Never rejects. */
  async serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    const startedAt = performance.now();
    const requestId = randomUUID();
    const path = (headers[':path'] ?? '').slice(1);
    const method = this.#options.methods.get(path);
    const remoteIp = this.#options.clientAddress(stream, headers);
    let opened: OpenCall | undefined;
    let code = 0;
    const isLong = method?.kind === 'own' && method.isLong;
    const call = new StreamCall(stream, headers, requestId, {
      isLong,
      takeAnswerMs: this.#options.takeAnswerMs,
    });
    try {
      if (!call.hasValidTimeout) throw new ApiError('INVALID_ARGUMENT', 'grpc-timeout is malformed.');
      if (!method) throw unimplemented(path);
      if (method.kind === 'own') await method.serve(call);
      else {
        opened = this.#open(method, call, requestId, remoteIp);
        await this.#runOperation(method, call, opened);
      }
      call.succeed();
    } catch (error) {
      const answer = await this.#refuse(error, opened, requestId);
      code = answer.code;
      call.fail(answer);
    }
    this.#options.ended({
      requestId,
      method: method && path,
      operation: method?.kind === 'operation' ? method.operation.name : undefined,
      callerId: opened?.caller?.id,
      remoteIp,
      code,
      tookMs: performance.now() - startedAt,
      clientRequestId: textOf(headers['x-client-request-id']),
      clientTraceId: textOf(headers['x-client-trace-id']),
    });
  }

  #open({ operation }: OperationMethod, call: StreamCall, requestId: string, address: string): OpenCall {
    const plane = this.#options.controlPlane();
    if (!plane) throw errors.unavailable('The service is starting.');
    return plane.open(operation, {
      credential: textOf(call.headers.authorization),
      address,
      userAgent: textOf(call.headers['user-agent']) ?? '',
      requestId,
      deadlineMs: call.deadlineMs,
      signal: call.signal,
    });
  }

  async #runOperation({ method, operation }: OperationMethod, call: StreamCall, opened: OpenCall) {
    await call.unlessOver(opened.admit());
    const { fields, ...others } = toInput(method.input, readMessage(method.input, await call.message()));
    refuseForeignIds(operation.ids, fields);
    const idempotencyKey = call.headers['idempotency-key'];
    const isPaged = method.input.fields.some(({ jsonName }) => jsonName === 'pageSize');
    const answer = await fitting(fields, isPaged, async (asked) => {
      // Work that nobody waits for any more goes on until it asks (`mustBeWanted`), and is then undone.
      const output = await call.unlessOver(opened.run({ ...others, fields: asked, idempotencyKey }));
      return { output, bytes: await writeMessage(method.output, output) };
    });
    await call.send(answer);
  }

  async #refuse(thrown: unknown, opened: OpenCall | undefined, requestId: string): Promise<ApiError> {
    if (opened) return opened.refuse(thrown);
    const error = toApiError(thrown);
    if (error.status === 'INTERNAL') this.#options.failed(thrown, requestId);
    return error;
  }
}
