import { randomUUID } from 'node:crypto';
import { type ConnectPacket, identifierRefusal } from '../codec/index.ts';
import {
  ConnackCode,
  type ConnectAnswer,
  type ConnectRequest,
  type EngineHost,
  type EngineLimits,
  type Transport,
} from '../port.ts';
import { reasons } from '../reasons.ts';

/** How long the host may take to tell who connects; nobody waits longer for CONNACK. */
const answerMs = 60_000;

export type Admission<P> =
  | {
      readonly accepted: true;
      readonly request: ConnectRequest;
      readonly principal: P;
      readonly scope: string;
    }
  | Refusal;
export interface Refusal {
  readonly accepted: false;
  readonly request: ConnectRequest;
  readonly code: ConnackCode;
  readonly reason: string;
}

/** Judges a CONNECT: its client ID, who it is, its will. What a live session has is not touched before. Never rejects. */
export async function admit<P>(
  host: EngineHost<P>,
  limits: EngineLimits,
  packet: ConnectPacket,
  transport: Transport,
): Promise<Admission<P>> {
  const request = requestOf(packet, transport);
  const refuse = (code: ConnackCode, reason: string) => ({ accepted: false, request, code, reason }) as const;

  const objection = identifierRefusal(packet, limits.maxClientIdBytes);
  if (objection !== undefined) return refuse(ConnackCode.identifierRejected, objection);
  try {
    const answer: ConnectAnswer<P> = await inTime(host.connect(request));
    if (!answer.accepted) return refuse(answer.code, answer.reason);
    const { principal, scope } = answer;
    if (request.will && !(await host.route(principal, request.will.topic))) {
      return refuse(ConnackCode.notAuthorized, reasons.willNotAllowed(request.will.topic));
    }
    return { accepted: true, request, principal, scope };
  } catch {
    return refuse(ConnackCode.serverUnavailable, reasons.credentialsUnchecked);
  }
}

function inTime<T>(answer: Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(new Error('no answer in time')), answerMs);
  answer.then(resolve, reject).finally(() => clearTimeout(timer));
  return promise;
}

function requestOf(packet: ConnectPacket, transport: Transport): ConnectRequest {
  const { cleanSession, keepAliveSeconds, username, password, will } = packet;
  return {
    // A client that brings no ID gets one of its own [MQTT-3.1.3-6].
    clientId: packet.clientId || (cleanSession ? `auto-${randomUUID()}` : ''),
    cleanSession,
    keepAliveSeconds,
    username,
    password,
    will: will && { topic: will.topic, payload: will.payload, qos: will.qos === 0 ? 0 : 1 },
    transport,
  };
}

/** One name for a client within its scope; different pairs never come to the same. */
export function sessionKey(scope: string, clientId: string): string {
  return `${scope.length}:${scope}${clientId}`;
}
