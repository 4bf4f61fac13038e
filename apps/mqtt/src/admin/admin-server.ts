/** What operators and the API ask of the MQTT process over HTTP; clients of MQTT have no business here. */
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { type Logger, listenAt, urlHost } from '@iotcore/process';
import { zodSchemas } from '@iotcore/process/request-schemas';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import type { WatchRefusal, WatchRequest } from '../watches/watches.ts';
import type { ApiMessage, ApiPublishRefusal } from './api-publish.ts';

export interface ServerFacts {
  readonly maxConnections: number;
  /** Files that the process may have open, each connection among them. Absent where that is not known. */
  readonly maxOpenFiles: number | undefined;
  /** Networks from which connections must begin with a PROXY header. */
  readonly proxyNetworks: readonly string[];
}

export interface AdminParts {
  readonly logger: Logger;
  readonly metrics: Registry;
  /** Does the process take connections? */
  isServing(): boolean;
  /** For operators: settings of the process, and limits that the operating system sets. */
  readonly facts: ServerFacts;
  /** Undefined: this process is alone. */
  readonly cluster?: ClusterView | undefined;
  /** Rejects while the database is away. */
  pingDatabase(): Promise<void>;
  /** Rejects while it cannot be known. */
  isFromApi(authorization: string | undefined): Promise<boolean>;
  /**
   * Undefined: handed over. Rejects when it could not be. `isRecorder`: of the servers that get the message this is the one that
   * records it for exports.
   */
  publish(message: ApiMessage, isRecorder: boolean): Promise<ApiPublishRefusal | undefined>;
  /** What a registry, device or broker hears, as lines of an event and its data. Rejects while the database is away. */
  watch(request: WatchRequest): Promise<Readable | WatchRefusal>;
  isDatabaseAway(error: unknown): boolean;
  /** Was a message not handed over since other nodes of the cluster cannot be reached, or have gone on without this one? */
  isCutOff(error: unknown): boolean;
}

/** What is asked of the cluster that this node is part of. */
export interface ClusterView {
  /** May this node acknowledge what it hands over? */
  readonly isGood: boolean;
  readonly status: ClusterStatus;
}

/** The cluster as this node sees it. */
export interface ClusterStatus {
  readonly state: string;
  readonly isGood: boolean;
  /** Can frames leave at all? */
  readonly isConnected: boolean;
  readonly peers: readonly {
    readonly incarnation: string;
    readonly unacknowledgedFrames: number;
    readonly unacknowledgedBytes: number;
    readonly confirmedAgoMs: number;
  }[];
  readonly rows: readonly { readonly incarnation: string; readonly state: string }[];
  readonly held: number;
  readonly ownInterest: number;
  readonly othersInterest: number;
  readonly resent: number;
  readonly dropped: number;
  readonly resets: number;
}

/** The largest legal body is a publish: 262,144 bytes in base64, and a topic. */
const bodyLimitBytes = 512 * 1024;
const requestTimeoutMs = 10_000;
const keepAliveTimeoutMs = 30_000;

const principal = {
  principalKind: z.enum(['registry', 'device', 'broker']),
  principalId: z.string().max(50),
};

const messageSchema = z.strictObject({
  ...principal,
  topic: z.string().max(65_535),
  data: z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/),
});

const watchSchema = z.strictObject({
  ...principal,
  messages: z.boolean(),
  filter: z.string().max(65_535).optional(),
  payloadBytes: z.int().min(0).max(4096).optional(),
  refusals: z.boolean(),
  log: z.boolean(),
});

export function createAdminServer(parts: AdminParts): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    forceCloseConnections: true,
    schemaController: zodSchemas,
  });

  app.setErrorHandler((error: { statusCode?: number; code?: string; message: string }, _request, reply) => {
    // The caller hung up before its watch was answered: Fastify has ended the stream, and nobody is left to be told.
    if (error.code === 'ERR_STREAM_PREMATURE_CLOSE' && reply.raw.destroyed) return reply.hijack();
    if (parts.isDatabaseAway(error))
      return reply.code(503).send({ code: 'UNAVAILABLE', reason: 'database away' });
    if (parts.isCutOff(error))
      return reply.code(503).send({ code: 'UNAVAILABLE', reason: 'other nodes did not take the message' });
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send({ code: 'BAD_REQUEST', reason: error.message });
    parts.logger.error({ err: error }, 'admin request failed');
    return reply.code(500).send({ code: 'INTERNAL', reason: 'internal error' });
  });

  app.get('/livez', async () => ({ status: 'alive' }));

  // Away from the database the server goes on for clients that it knows; but new ones should be sent elsewhere.
  app.get('/readyz', async (_request, reply) => {
    const database = await parts.pingDatabase().then(
      () => 'up',
      () => 'away',
    );
    const isGood = parts.cluster?.isGood ?? true;
    const isReady = database === 'up' && isGood;
    const status = !parts.isServing() ? 'starting' : isReady ? 'ready' : 'not ready';
    const cluster = parts.cluster && { cluster: isGood ? 'member' : 'not a member' };
    return reply.code(status === 'ready' ? 200 : 503).send({ status, database, ...cluster });
  });

  app.get('/facts', async () => parts.facts);

  // The cluster as this node sees it; a process that is alone is none.
  app.get('/cluster', async () => parts.cluster?.status ?? {});

  app.get('/metrics', async (_request, reply) => {
    return reply.type(parts.metrics.contentType).send(await parts.metrics.metrics());
  });

  // Before the body is read: a caller that may not ask costs no memory.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    if (await parts.isFromApi(request.headers.authorization)) return;
    return reply.code(401).send({ code: 'UNAUTHENTICATED', reason: 'no valid token' });
  };

  app.post<{ Body: WatchRequest }>(
    '/internal/watch',
    { schema: { body: watchSchema }, onRequest },
    async (request, reply) => {
      const watch = await parts.watch(request.body);
      if (watch instanceof Readable) return reply.type('application/x-ndjson').send(watch);
      const { status, ...answer } = watch;
      return reply.code(status).send(answer);
    },
  );

  app.post<{ Body: ApiMessage; Querystring: { records?: string } }>(
    '/internal/publish',
    { schema: { body: messageSchema }, onRequest },
    async (request, reply) => {
      // Another node takes it at once; here it would have to wait.
      if (parts.cluster?.isGood === false)
        return reply
          .code(503)
          .send({ code: 'UNAVAILABLE', reason: 'this node is not a member of its cluster' });
      const refusal = await parts.publish(request.body, request.query.records !== 'no');
      if (!refusal) return {};
      const { status, ...answer } = refusal;
      return reply.code(status).send(answer);
    },
  );
  return app;
}

/** Answers its URL. @throws StartupError if the port is taken */
export async function listenAdmin(app: FastifyInstance, host: string, port: number): Promise<string> {
  const variables = { host: 'IOT_MQTT_ADMIN_HOST', port: 'IOT_MQTT_ADMIN_PORT' };
  await listenAt({ host, port, variables }, (at) => app.listen(at));
  const address = app.server.address() as AddressInfo;
  return `http://${urlHost(host)}:${address.port}`;
}
