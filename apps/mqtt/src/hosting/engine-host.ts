/** Answers the engine's questions and receives what it tells: each line leads to the part that knows. */
import type {
  ConnectClaim,
  ConnectResult,
  EngineHost,
  Reason,
  SessionInfo,
  Transport,
} from '@iotcore/engine';
import { type Principal, refusalRule } from '@iotcore/model';
import {
  type AuthenticationResult,
  type Refusal,
  refusals,
} from '../authentication/authentication-result.ts';
import type { Credentials } from '../authentication/authenticator.ts';
import type { Mark, RecentChanges } from '../caching/recent-changes.ts';
import { type Client, principalKey, subjectKeys } from '../clients/client.ts';
import type { LiveClients } from '../clients/live-clients.ts';
import type { ConnectionLog, LogOwner } from '../connection-log/connection-log.ts';
import {
  connectedLine,
  disconnectedLine,
  refusedLine,
  subscriptionsRefusedLine,
} from '../connection-log/lines.ts';
import type { TellEvent } from '../exports/client-events.ts';
import type { ExportRecorder } from '../exports/export-recorder.ts';
import type { Monitoring } from '../monitoring/monitoring.ts';
import type { SilentDevices } from '../monitoring/silent-devices.ts';
import type { Refused } from '../refused-clients/refused-clients.ts';
import type { RetainedMessages } from '../retained/retained-messages.ts';
import type { Revoker } from '../revocation/revoker.ts';
import { grant, type RightsParts, retained, route } from '../rights/rights.ts';
import type { SessionRecorder } from '../sessions/session-recorder.ts';
import type { TenantLimit } from '../tenants/tenant-limits.ts';
import type { Tenants } from '../tenants/tenants.ts';
import type { ConnectionCounters } from './connection-counters.ts';

export interface HostParts {
  readonly changes: RecentChanges;
  readonly clients: LiveClients;
  readonly rights: RightsParts;
  readonly revoker: Revoker;
  readonly retainedMessages: RetainedMessages;
  readonly log: ConnectionLog;
  readonly monitoring: Monitoring;
  readonly counters: ConnectionCounters;
  readonly tenants: Tenants;
  readonly sessions: Pick<SessionRecorder, 'connected' | 'disconnected'>;
  readonly silentDevices: Pick<SilentDevices, 'connected' | 'disconnected'>;
  readonly recorder: Pick<ExportRecorder, 'record'>;
  readonly tellEvent: TellEvent;
  authenticate(credentials: Credentials): Promise<AuthenticationResult>;
  /** Told of each client that is refused, and of sessions that end, or are denied something, for what is not allowed. */
  refused(refused: Refused): void;
}

/** By the limit of connections that is reached. */
function fullRefusal(limit: TenantLimit): Refusal {
  return limit === 'connections_per_principal' ? refusals.principalFull : refusals.tenantFull;
}

export function createEngineHost(parts: HostParts): EngineHost<Client> {
  const {
    changes,
    clients,
    rights,
    revoker,
    retainedMessages,
    log,
    monitoring,
    counters,
    tenants,
    sessions,
    silentDevices,
    tellEvent,
  } = parts;
  /** When a client's credentials began to be checked. */
  const checkedSince = new WeakMap<Client, Mark>();
  /** Whose connection log a request belongs to, as far as its credentials told. */
  const subjects = new WeakMap<ConnectClaim, Principal>();

  return {
    async connect(request): Promise<ConnectResult<Client>> {
      const mark = changes.mark();
      const result = await parts.authenticate(request);
      const subject = result.accepted ? result.client.principal : result.subject;
      if (subject !== undefined) subjects.set(request, subject);
      if (!result.accepted) return refused(result.refusal);
      const { principal } = result.client;
      const { tenant, limit } = tenants.admit(request.transport, principal, request.clientId);
      if (!tenant) return refused(fullRefusal(limit));
      const client = { ...result.client, tenant };
      checkedSince.set(client, mark);
      return { accepted: true, principal: client, scope: principalKey(principal), tenant };
    },
    route: ({ principal }, topic) => route(rights, principal, topic),
    grant: ({ principal }, filter) => grant(rights, principal, filter),
    ...(tenants.limitRates && {
      excessMs: ({ principal: client }) => client.tenant?.excessMs(client.principal) ?? 0,
    }),
    retain: ({ namespace: id, topic, owner: folderId }, payload) =>
      retainedMessages.store({ id, folderId }, topic, payload),
    record: ({ principal }, taps, payload, qos) =>
      parts.recorder.record(principal.kind === 'device' ? principal.id : '', taps, payload, qos),
    retained: ({ principal }, filter) => retained(rights, principal, filter),

    connected(session) {
      const { principal: client, clientId, transport } = session;
      clients.add(client);
      sessions.connected(session);
      // Between the check and now something may have changed; from here on the index of live clients finds it.
      const mark = checkedSince.get(client) ?? 0;
      if (changes.touchedSince(mark, subjectKeys(client))) revoker.suspect(client);
      counters.accepted(client.credential.kind);
      client.activity = monitoring.connected(client.principal, transport);
      if (client.principal.kind === 'device') silentDevices.connected(client.principal);
      tellEvent('connected', client.principal, placeOf(session));
      log.add(client.principal, 'INFO', 'connected', connectedLine(client.credential, transport, clientId));
    },
    disconnected(session, reason) {
      const { principal: client } = session;
      clients.remove(client);
      sessions.disconnected(session);
      counters.disconnected(reason);
      monitoring.disconnected(client.principal);
      if (client.principal.kind === 'device') silentDevices.disconnected(client.principal);
      tellEvent('disconnected', client.principal, { ...placeOf(session), ...whyOf(reason) });
      const isForbidden = refusalRule(reason.code) !== undefined;
      log.add(client.principal, isForbidden ? 'WARN' : 'INFO', reason.code, disconnectedLine(reason.text));
      if (isForbidden) parts.refused(refusedSession(session, reason));
    },
    refused(transport, claim, reason) {
      counters.refused(reason);
      const principal = claim && subjects.get(claim);
      const subject = principal ?? (claim?.username ? { id: claim.username } : undefined);
      if (claim && subject)
        log.addRefusal(subject, reason.code, refusedLine(reason.text, transport, claim.clientId));
      // The server's own end is no fault of a client.
      if (!refusalRule(reason.code)) return;
      parts.refused(refusedConnect(transport, claim, subject, reason));
      if (!principal) return;
      tenants.of(principal).activity.clientsRefused++;
      tellEvent('refused', principal, { ...placeOf({ transport, ...claim }), ...whyOf(reason) });
    },
    subscriptionsRefused(session, filters) {
      const reason = { code: 'subscription not allowed', text: filters.join(', ') };
      log.add(session.principal.principal, 'WARN', reason.code, subscriptionsRefusedLine(filters));
      parts.refused(refusedSession(session, reason));
    },
    published({ principal: client }, nowMs) {
      if (client.activity) monitoring.publishedOn(client.activity, nowMs);
    },
    subscribed: (session) => monitoring.subscribed(whoIs(session)),
    dropped: (_session, reason) => counters.dropped(reason),
    closed: (transport) => tenants.closed(transport),
  };
}

function whoIs({ principal: client }: SessionInfo<Client>) {
  return client.principal;
}

/** For exports: where a client is. */
function placeOf({ transport, clientId }: Pick<SessionInfo<Client>, 'transport' | 'clientId'>) {
  return { address: transport.remoteAddress, tls: transport.secure, clientId };
}

/** For exports: why something happened to it. */
function whyOf({ code, text }: Reason) {
  return { reason: code, ...(text !== code && { detail: text }) };
}

function refusedConnect(
  transport: Transport,
  claim: ConnectClaim | undefined,
  subject: LogOwner | undefined,
  reason: Reason,
): Refused {
  return {
    ...refusalOf(transport, reason),
    claimedId: claim?.username,
    certificate: transport.peerCertificate(),
    clientId: claim?.clientId,
    subjectId: subject?.id,
    folderId: subject?.folderId,
  };
}

function refusedSession(
  { principal: { principal }, transport, clientId }: SessionInfo<Client>,
  reason: Reason,
): Refused {
  return {
    ...refusalOf(transport, reason),
    claimedId: principal.id,
    folderId: principal.folderId,
    certificate: transport.peerCertificate(),
    clientId,
  };
}

function refusalOf({ remoteAddress, secure, certificateSha256 }: Transport, { code, text }: Reason) {
  const certificate = certificateSha256 && `certificate with SHA-256 ${certificateSha256}`;
  return { remoteAddress, secure, reason: code, detail: text === code ? certificate : text };
}

function refused({ code, reason }: Refusal): ConnectResult<Client> {
  return { accepted: false, code, reason };
}
