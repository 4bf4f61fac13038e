import { type PublishRoute, type Qos, type RouteTap, reasons } from '@iotcore/engine';
import { limits, type Principal } from '@iotcore/model';
import type { Identity } from '@iotcore/store/data-plane';
import { PermanentQuotaError } from '../retained/errors.ts';

/** A message that the API hands over on behalf of a registry, device or broker. */
export interface ApiMessage {
  readonly principalKind: Principal['kind'];
  readonly principalId: string;
  readonly topic: string;
  /** Base64. */
  readonly data: string;
}

export interface ApiPublishParts {
  /** Rejects while the database is away. */
  findIdentity(id: string): Promise<Identity | undefined>;
  route(principal: Principal, topic: string): PublishRoute | undefined | Promise<PublishRoute | undefined>;
  /** Resolves once the message lies in the queues of all subscribers (and is durable, if permanent). */
  publish(route: PublishRoute, payload: Buffer, qos: Qos): Promise<void>;
  published(principal: Principal): void;
  /** Resolves once the logs of the exports have it. */
  record(deviceId: string, taps: readonly RouteTap[], payload: Buffer, qos: Qos): Promise<void> | undefined;
}

/** Why a message is not taken, for the API to tell its caller. */
export interface ApiPublishRefusal {
  readonly status: 400 | 403 | 404 | 429;
  readonly code: string;
  readonly reason: string;
}

/** The API promises that a message arrives at least once. */
const publishQos: Qos = 1;

/** Publishes as if the sender itself had, by the same rules. Undefined: it has been handed over. */
export async function publishForApi(
  parts: ApiPublishParts,
  { principalKind, principalId, topic, data }: ApiMessage,
  isRecorder: boolean,
): Promise<ApiPublishRefusal | undefined> {
  const payload = Buffer.from(data, 'base64');
  if (payload.length > limits.payload.max) {
    return { status: 400, code: 'PAYLOAD_TOO_LARGE', reason: `At most ${limits.payload.max} bytes.` };
  }
  const identity = await parts.findIdentity(principalId);
  if (identity?.principal.kind !== principalKind) {
    return { status: 404, code: 'NO_SUCH_SENDER', reason: `There is no such ${principalKind}.` };
  }
  if (identity.blocked) return { status: 403, code: 'SENDER_DISABLED', reason: 'It is disabled.' };
  if (identity.disabled)
    return { status: 403, code: 'REGISTRY_DISABLED', reason: 'The registry is disabled.' };
  const route = await parts.route(identity.principal, topic);
  if (!route) return { status: 403, code: 'NOT_ALLOWED', reason: reasons.publishNotAllowed(topic).text };
  try {
    await parts.publish(route, payload, publishQos);
    const deviceId = identity.principal.kind === 'device' ? identity.principal.id : '';
    if (isRecorder && route.taps) await parts.record(deviceId, route.taps, payload, publishQos);
  } catch (error) {
    if (!(error instanceof PermanentQuotaError)) throw error;
    return { status: 429, code: 'QUOTA_EXCEEDED', reason: `The ${error.message}: clear some.` };
  }
  parts.published(identity.principal);
  return undefined;
}
