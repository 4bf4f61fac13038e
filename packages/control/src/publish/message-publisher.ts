/**
 * Publishing through the MQTT servers. The nodes of a cluster hand messages to each other, so one of them gets it, and
 * another if that one cannot take it; nodes of versions that know no clusters get it each. It counts as published once all
 * of these have taken it; a caller that is told otherwise may repeat it, so it arrives at least once.
 */
import type { DataPlaneNode, Owner, Reads } from '@iotcore/store/control';
import type { AccessTokens } from '../auth/access-tokens.ts';
import { ApiError, errors } from '../errors/catalogue.ts';
import { publishTimeoutMs } from '../limits.ts';

export interface Message {
  readonly from: Owner;
  readonly topic: string;
  readonly payload: Buffer;
}

/** What an MQTT server answers to a message that it does not take. */
interface NodeRefusal {
  readonly code?: string;
  readonly reason?: string;
}

/** Hands messages to the MQTT servers that live. */
export class MessagePublisher {
  readonly #nodes: Reads['dataPlaneNodes'];
  readonly #tokens: AccessTokens;

  constructor(nodes: Reads['dataPlaneNodes'], tokens: AccessTokens) {
    this.#nodes = nodes;
    this.#tokens = tokens;
  }

  /**
   * Resolves once every subscriber's node has handed the message to its subscribers.
   *
   * @throws INVALID_ARGUMENT if its sender may not publish there, FAILED_PRECONDITION if its registry is disabled,
   *   RESOURCE_EXHAUSTED if a quota of permanent topics is used up,
   *   UNAVAILABLE if one did not take it, or none is there; CANCELLED if `signal` aborts
   */
  async publish(message: Message, signal?: AbortSignal): Promise<void> {
    const nodes = await this.#nodes.listLive();
    if (nodes.length === 0) throw errors.unavailable('No MQTT server is running.');
    const token = await this.#tokens.issueForDataPlane();
    // Each of them has subscribers of its own; one records it for the exports.
    const alone = nodes.filter(({ inCluster }) => !inCluster).map((node) => [node]);
    const cluster = nodes.filter(({ inCluster }) => inCluster);
    const takers = cluster.length > 0 ? [...alone, startingAnywhere(cluster)] : alone;
    const outcomes = await Promise.allSettled(
      takers.map((taker, index) => handOverToOne(taker, token, message, index === 0, signal)),
    );
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure) throw failure.reason;
  }
}

/** So that all nodes get their share. */
function startingAnywhere(nodes: readonly DataPlaneNode[]): DataPlaneNode[] {
  const start = Math.floor(Math.random() * nodes.length);
  return [...nodes.slice(start), ...nodes.slice(0, start)];
}

/** To the first server that takes it, or says that none will. */
async function handOverToOne(
  nodes: readonly DataPlaneNode[],
  token: string,
  message: Message,
  isRecorder: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const [index, node] of nodes.entries()) {
    try {
      await handOver(node, token, message, isRecorder, signal);
      return;
    } catch (error) {
      const isLast = index === nodes.length - 1;
      if (isLast || signal?.aborted || !isUnavailable(error)) throw error;
    }
  }
}

async function handOver(
  { url }: DataPlaneNode,
  token: string,
  { from, topic, payload }: Message,
  isRecorder: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const answer = await fetch(new URL(`/internal/publish${isRecorder ? '' : '?records=no'}`, url), {
    method: 'POST',
    redirect: 'error',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      principalKind: from.kind,
      principalId: from.id,
      topic,
      data: payload.toString('base64'),
    }),
    signal: AbortSignal.any([AbortSignal.timeout(publishTimeoutMs), ...(signal ? [signal] : [])]),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw errors.cancelled();
    throw errors.unavailable('An MQTT server did not take the message.', error);
  });
  if (answer.ok) return;
  throw refusalOf((await answer.json().catch(() => ({}))) as NodeRefusal);
}

function isUnavailable(error: unknown): boolean {
  return error instanceof ApiError && error.status === 'UNAVAILABLE';
}

function refusalOf({ code, reason = 'Not allowed.' }: NodeRefusal): ApiError {
  switch (code) {
    case 'NOT_ALLOWED':
      return errors.invalidArgument([{ field: 'topic', description: reason }]);
    case 'REGISTRY_DISABLED':
      return errors.registryDisabled();
    case 'SENDER_DISABLED':
      return errors.senderDisabled();
    case 'NO_SUCH_SENDER':
      return errors.notFound('Sender');
    case 'QUOTA_EXCEEDED':
      return errors.storageQuotaExceeded(reason);
    default:
      return errors.unavailable('An MQTT server did not take the message.', { code, reason });
  }
}
