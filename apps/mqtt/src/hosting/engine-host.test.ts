import { type ConnectRequest, reasonOf, reasons, type SessionInfo } from '@iotcore/engine';
import { foreignProtocols, PacketError, packetErrorCodes } from '@iotcore/engine/codec';
import { refusalRule } from '@iotcore/model';
import { describe, expect, test } from 'vitest';
import { type AuthenticationResult, refusals } from '../authentication/authentication-result.ts';
import { RecentChanges } from '../caching/recent-changes.ts';
import type { Client } from '../clients/client.ts';
import { LiveClients } from '../clients/live-clients.ts';
import type { LogOwner } from '../connection-log/connection-log.ts';
import type { Refused } from '../refused-clients/refused-clients.ts';
import { PermanentQuotaError } from '../retained/errors.ts';
import type { MessageRates } from '../tenants/tenant-limits.ts';
import { Tenants } from '../tenants/tenants.ts';
import { wideLimits } from '../tenants/testing/tenant-limits.ts';
import { ConnectionCounters } from './connection-counters.ts';
import { createEngineHost } from './engine-host.ts';

const unlimited = wideLimits.messageRates;
const transport = {
  secure: true,
  remoteAddress: '192.0.2.1',
  remotePort: 7,
  peerCertificate: () => undefined,
};
const request = { clientId: 'c1', username: 'd1', transport } as ConnectRequest;

function setUp(
  result: () => AuthenticationResult | Promise<AuthenticationResult>,
  rates: MessageRates = unlimited,
) {
  const lines: string[] = [];
  const suspects: Client[] = [];
  const changes = new RecentChanges();
  const clients = new LiveClients();
  const counters = new ConnectionCounters();
  const told: Refused[] = [];
  const events: string[] = [];
  const reached: string[] = [];
  const nothing = () => {};
  const limits = { ...wideLimits, maxConnectionsPerPrincipal: 1, messageRates: rates };
  const tenants = new Tenants(
    limits,
    (limit) => reached.push(limit),
    () => 0,
  );
  const host = createEngineHost({
    ...{ changes, clients, counters },
    recorder: { record: () => undefined },
    tellEvent: (event, { id }, { reason = '' }) => events.push(`${event} ${id} ${reason}`.trim()),
    rights: { findDevices: () => [] } as never,
    revoker: { suspect: (client: Client) => suspects.push(client) } as never,
    retainedMessages: {} as never,
    log: {
      add: ({ id }: LogOwner, level: string, _reason: string, line: string) =>
        lines.push(`${id} ${level} ${line}`),
      addRefusal: ({ id }: LogOwner, _reason: string, line: string) => lines.push(`${id} refused ${line}`),
    } as never,
    monitoring: {
      connected: nothing,
      disconnected: nothing,
      published: nothing,
      subscribed: nothing,
    } as never,
    tenants,
    sessions: { connected: nothing, disconnected: nothing },
    silentDevices: { connected: () => undefined, disconnected: () => undefined },
    authenticate: async () => result(),
    refused: (refused) => told.push(refused),
  });
  return { host, events, lines, suspects, changes, clients, counters, told, reached, tenants };
}

const client = (): Client => ({
  principal: { kind: 'device', id: 'd1', registryId: 'r1' },
  credential: { kind: 'password', id: 'p1' },
});
const session = (principal: Client): SessionInfo<Client> => ({ principal, clientId: 'c1', transport });

describe('the host of an engine', () => {
  test('keeps the line of a refusal at the resource that the credentials named, else at the user name', async () => {
    const { host, lines, counters } = setUp(() => ({
      accepted: false,
      refusal: refusals.expiredCertificate,
      subject: { kind: 'device', id: 'owner', registryId: 'r1' },
    }));
    expect(await host.connect(request)).toEqual({
      accepted: false,
      code: refusals.expiredCertificate.code,
      reason: refusals.expiredCertificate.reason,
    });
    host.refused(transport, request, refusals.expiredCertificate.reason);
    host.refused(transport, { ...request }, reasonOf('client ID too long'));
    expect(lines.map((line) => line.split(',')[0])).toEqual([
      'owner refused connection refused: certificate expired',
      'd1 refused connection refused: client ID too long',
    ]);
    expect([...counters.refusedBy]).toEqual([
      ['certificate expired', 1],
      ['client ID too long', 1],
    ]);
  });

  test('writes nothing about strangers, and never names a metric after what they wrote', () => {
    const { host, lines, counters } = setUp(() => ({ accepted: true, client: client() }));
    host.refused(transport, undefined, reasonOf('HTTP instead of MQTT'));
    host.refused(transport, { ...request, username: undefined }, reasons.willNotAllowed('x'));
    expect(lines).toEqual([]);
    expect([...counters.refusedBy.keys()]).toEqual(['HTTP instead of MQTT', 'will not allowed']);
  });

  test('tells which clients were refused: strangers, claimed names, certificates, and the resource that is meant', async () => {
    const { host, told } = setUp(() => ({
      accepted: false,
      refusal: refusals.expiredCertificate,
      subject: { kind: 'device', id: 'owner', registryId: 'r1' },
    }));
    const certificate = Buffer.from('der');
    const withCertificate = { ...transport, peerCertificate: () => certificate };
    host.refused(transport, undefined, reasonOf('HTTP instead of MQTT'));
    host.refused(transport, { clientId: 'c5', username: 'd5' }, reasonOf('MQTT 5 instead of 3.1.1'));
    await host.connect(request);
    host.refused(withCertificate, request, refusals.expiredCertificate.reason);
    const place = { remoteAddress: '192.0.2.1', secure: true };
    expect(told).toEqual([
      { ...place, reason: 'HTTP instead of MQTT' },
      { ...place, reason: 'MQTT 5 instead of 3.1.1', claimedId: 'd5', clientId: 'c5', subjectId: 'd5' },
      {
        ...place,
        reason: 'certificate expired',
        claimedId: 'd1',
        clientId: 'c1',
        certificate,
        subjectId: 'owner',
      },
    ]);
  });

  test('tells of sessions that end for what they did, and of no other end', () => {
    const { host, told } = setUp(() => ({ accepted: true, client: client() }));
    const one = session(client());
    for (const end of [reasons.clientDisconnected, reasons.connectionLost, reasonOf('server stopping')]) {
      host.connected(one);
      host.disconnected(one, end);
      host.refused(transport, undefined, end);
    }
    expect(told).toEqual([]);
    host.subscriptionsRefused(one, ['a/#', 'b']);
    host.disconnected(one, reasons.publishNotAllowed('an/old/alias'));
    const who = { remoteAddress: '192.0.2.1', secure: true, claimedId: 'd1', clientId: 'c1' };
    expect(told).toEqual([
      { ...who, reason: 'subscription not allowed', detail: 'a/#, b' },
      {
        ...who,
        reason: 'publish not allowed',
        detail: 'publish to topic "an/old/alias" not allowed',
      },
    ]);
  });

  test('tells events of clients: of those that come and go, and of refused ones that are known to exist', async () => {
    let result: AuthenticationResult = { accepted: true, client: client() };
    const { host, events } = setUp(() => result);
    const one = session(client());
    host.connected(one);
    host.disconnected(one, reasons.connectionLost);
    host.refused(transport, request, refusals.wrongPassword.reason);
    result = { accepted: false, refusal: refusals.disabled, subject: client().principal };
    await host.connect(request);
    host.refused(transport, request, reasonOf('server stopping'));
    host.refused(transport, request, refusals.disabled.reason);
    expect(events).toEqual([
      'connected d1',
      `disconnected d1 ${reasons.connectionLost.code}`,
      'refused d1 disabled by an operator',
    ]);
  });

  test('has a rule for every reason that a client can be refused for', () => {
    const { noConnect, credentialsUnchecked } = reasons;
    const codes = [
      ...Object.values(refusals).map(({ reason }) => reason.code),
      ...packetErrorCodes.map((code) => new PacketError(code).reason.code),
      ...foreignProtocols.map(({ code }) => code),
      ...[noConnect, credentialsUnchecked, reasons.willNotAllowed('')].map(({ code }) => code),
      new PermanentQuotaError('topics').reason.code,
    ];
    expect(codes.filter((code) => refusalRule(code) === undefined)).toEqual([]);
  });

  test('scopes client IDs to the principal, and knows it as live from connected to disconnected', async () => {
    const known = client();
    const { host, clients, suspects, lines } = setUp(() => ({ accepted: true, client: known }));
    const answer = await host.connect(request);
    expect(answer).toMatchObject({ accepted: true, principal: known, scope: 'device:d1' });
    expect(answer.accepted && answer.tenant?.takeWaitingBytes(1)).toBe(true);
    host.connected(session(known));
    expect(clients.restingOn('password:p1').has(known)).toBe(true);
    expect(suspects).toEqual([]);
    host.disconnected(session(known), reasonOf('publish to topic "secret/topic" not allowed'));
    expect(clients.size).toBe(0);
    expect(lines.at(-1)).toBe('d1 INFO disconnected: publish to topic "secret/topic" not allowed');
  });

  test('refuses a client that has too many connections, under a name that a metric may have', async () => {
    const { host, reached, counters, lines } = setUp(() => ({ accepted: true, client: client() }));
    await host.connect(request);
    const second = { ...request, clientId: 'c2', transport: { ...transport } };
    expect(await host.connect(second)).toEqual({
      accepted: false,
      code: refusals.principalFull.code,
      reason: refusals.principalFull.reason,
    });
    host.refused(second.transport, second, refusals.principalFull.reason);
    expect(reached).toEqual(['connections_per_principal']);
    expect([...counters.refusedBy]).toEqual([[refusals.principalFull.reason.code, 1]]);
    expect(lines).toEqual([expect.stringMatching(/^d1 refused connection refused: too many connections/)]);
  });

  test('doubts a client whose credentials changed between the check and its session', async () => {
    const known = client();
    const { host, changes, suspects } = setUp(() => ({ accepted: true, client: known }));
    const answer = await host.connect(request);
    changes.touch('password:p1');
    if (answer.accepted) host.connected(session(answer.principal));
    expect(suspects).toMatchObject([known]);
  });

  test('takes no place for clients that leave while their credentials are checked, and gives back each other', async () => {
    const checked = Promise.withResolvers<void>();
    const { host, tenants } = setUp(async () => {
      await checked.promise;
      return { accepted: true, client: client() };
    });
    const aborted = Array.from({ length: 10 }, (_, n) => {
      const attempt = { ...request, clientId: `random ${n}`, transport: { ...transport } };
      return { transport: attempt.transport, answer: host.connect(attempt) };
    });
    for (const { transport: gone } of aborted) host.closed?.(gone);
    checked.resolve();
    await Promise.all(aborted.map(({ answer }) => answer));
    const patient = { ...request, clientId: 'patient', transport: { ...transport } };
    expect((await host.connect(patient)).accepted).toBe(true);
    expect(tenants.of(client().principal).held.places).toBe(1);
    host.closed?.(patient.transport);
    expect(tenants.of(client().principal).isIdle).toBe(true);
  });

  test('is asked about rates only where one is set', async () => {
    expect(setUp(() => ({ accepted: true, client: client() })).host.excessMs).toBeUndefined();
    const limited = setUp(() => ({ accepted: true, client: client() }), { ...unlimited, device: 1 });
    const answer = await limited.host.connect(request);
    const one = session(answer.accepted ? answer.principal : client());
    expect(limited.host.excessMs?.(one)).toBe(0);
    expect(limited.host.excessMs?.(one)).toBeGreaterThan(0);
  });
});
