import { isIPv6 } from 'node:net';
import { isInNetworks } from '@iotcore/model';
import type { Logger, Settings } from '@iotcore/process';
import type { CertificateKeeper } from '@iotcore/server-certificate';
import type { ConnectionCounters } from '../hosting/connection-counters.ts';
import type { ThrottledLog } from '../logging/throttled-log.ts';
import type { Refused } from '../refused-clients/refused-clients.ts';
import { AcceptGate } from './accept-gate.ts';
import { ConnectionLimiter } from './connection-limiter.ts';
import type { NoHeader } from './proxy/proxy-header-reader.ts';
import { type Accept, type Listener, listenTcp } from './tcp-listener.ts';
import type { HandshakeFailure } from './tls/handshake-failures.ts';
import { HandshakeSlots } from './tls/handshake-slots.ts';
import { listenTls, type TlsListener } from './tls/tls-listener.ts';
import { listenWebSocket, upgradeToMqtt, webSocketPath } from './web-socket.ts';

export interface ListenersParts {
  readonly settings: Pick<
    Settings,
    | 'mqttsHost'
    | 'mqttsPort'
    | 'wsPort'
    | 'wssPort'
    | 'wsAllowedOrigins'
    | 'mqttHost'
    | 'mqttPort'
    | 'mqttMaxConnections'
    | 'mqttMaxConnectionsPerAddress'
    | 'mqttMaxHandshakes'
    | 'mqttMaxHandshakesPerAddress'
    | 'mqttProxyProtocolFrom'
    | 'mqttProxyCertificateField'
    | 'mqttConnectTimeoutMs'
    | 'clusterSockets'
    | 'mqttTicketSecret'
  >;
  readonly counters: ConnectionCounters;
  readonly logger: Logger;
  readonly throttled: ThrottledLog;
  readonly certificate: CertificateKeeper;
  /** Told of each client that is turned away before it is anybody's. */
  refused(refused: Refused): void;
  /** Whether an operator keeps this address out. */
  isBlocked(address: string): boolean;
}

export interface Listeners {
  /** Open connections of all listeners. */
  readonly connections: number;
  /** Accepted connections that wait until the server has time for them, and those that had to, since the start. */
  readonly acceptsWaiting: number;
  readonly acceptsPostponed: number;
  /** TLS handshakes that have begun and not ended. */
  readonly handshakesUnderWay: number;
  /** Answers the URLs by name. @throws StartupError if a port is taken */
  open(accept: Accept): Promise<Record<string, string>>;
  /** Takes no more connections. */
  close(): Promise<void>;
}

/** The listeners of MQTT: over TLS always, over plain TCP if it has a port. */
export function openListeners({
  settings,
  counters,
  logger,
  throttled,
  certificate,
  refused,
  isBlocked,
}: ListenersParts): Listeners {
  const limiter = new ConnectionLimiter({
    maxConnections: settings.mqttMaxConnections,
    maxConnectionsPerAddress: settings.mqttMaxConnectionsPerAddress,
  });
  const tlsPorts = new Set<number>();
  const turnedAway = (limit: string, remoteAddress: string | undefined, secure: boolean) => {
    counters.turnedAway(limit);
    if (remoteAddress !== undefined) refused({ reason: limit, remoteAddress, secure });
  };
  const gate = new AcceptGate({
    busy: (lateMs, waiting) =>
      throttled.say('new connections wait', (heldBack) =>
        logger.warn({ lateMs: Math.round(lateMs), waiting, heldBack }, 'busy: new connections wait'),
      ),
    gaveUp: ({ remoteAddress, localPort }) =>
      turnedAway('time to wait', remoteAddress, localPort !== undefined && tlsPorts.has(localPort)),
  });
  const proxies = settings.mqttProxyProtocolFrom;
  const shared = (secure: boolean) => ({
    limiter,
    gate,
    isBlocked,
    refusedByLimit: (limit: string, address: string) => turnedAway(limit, address, secure),
    sharesPort: settings.clusterSockets !== undefined,
    isProxy: (address: string) => proxies.length > 0 && isInNetworks(proxies, address),
    noProxyHeader: (why: NoHeader, remoteAddress: string) => {
      counters.proxyHeaderRefused(why);
      // A probe that hangs up without a word is nothing to tell of.
      if (why !== 'gone') refused({ reason: 'missing PROXY header', remoteAddress, secure, detail: why });
    },
  });
  const handshakeFailed = ({ reason, code, claim }: HandshakeFailure, remoteAddress: string) => {
    counters.handshakesFailed++;
    refused({
      ...{ reason, remoteAddress, secure: true, detail: code },
      claimedId: claim?.username,
      clientId: claim?.clientId,
    });
  };
  const handshakeSlots = new HandshakeSlots({
    maxHandshakes: settings.mqttMaxHandshakes,
    maxHandshakesPerAddress: settings.mqttMaxHandshakesPerAddress,
  });
  const opened: Listener[] = [];

  return {
    get connections() {
      return limiter.connections;
    },
    get acceptsWaiting() {
      return gate.waiting;
    },
    get handshakesUnderWay() {
      return handshakeSlots.underWay;
    },
    get acceptsPostponed() {
      return gate.postponed;
    },
    async open(accept) {
      const tls: TlsListener[] = [];
      const openTls = async (port: number, variable: string, take: Accept) => {
        const listener = await listenTls(
          {
            ...shared(true),
            place: {
              ...{ host: settings.mqttsHost, port },
              variables: { host: 'IOT_MQTTS_HOST', port: variable },
            },
            certificate: certificate.current,
            handshakeSlots,
            ticketSecret: settings.mqttTicketSecret,
            handshakeTimeoutMs: settings.mqttConnectTimeoutMs,
            handshakeFailed,
          },
          take,
        );
        opened.push(listener);
        tls.push(listener);
        tlsPorts.add(listener.port);
        return listener;
      };
      const plain = (port: number, variable: string) => ({
        ...shared(false),
        // Inside TLS a client's certificate is that of its own handshake.
        certificateField: settings.mqttProxyCertificateField,
        place: {
          ...{ host: settings.mqttHost, port },
          variables: { host: 'IOT_MQTT_HOST', port: variable },
        },
      });
      certificate.onReplaced((replacement) => {
        for (const listener of tls) listener.replaceCertificate(replacement);
        logger.info({ notAfter: replacement.notAfter }, 'replaced the server certificate');
      });
      const { mqttPort, wsPort, wssPort } = settings;
      const webSockets = {
        allowedOrigins: settings.wsAllowedOrigins,
        upgradeTimeoutMs: settings.mqttConnectTimeoutMs,
        refused,
      };
      const addresses: Record<string, string> = {
        mqtts: url('mqtts', await openTls(settings.mqttsPort, 'IOT_MQTTS_PORT', accept)),
      };
      if (mqttPort !== undefined) {
        const tcp = await listenTcp(plain(mqttPort, 'IOT_MQTT_PORT'), accept);
        opened.push(tcp);
        addresses['mqtt'] = url('mqtt', tcp);
      }
      if (wssPort !== undefined) {
        const take = upgradeToMqtt(webSockets, accept);
        addresses['wss'] = url('wss', await openTls(wssPort, 'IOT_WSS_PORT', take)) + webSocketPath;
      }
      if (wsPort !== undefined) {
        const ws = await listenWebSocket(plain(wsPort, 'IOT_WS_PORT'), webSockets, accept);
        opened.push(ws);
        addresses['ws'] = url('ws', ws) + webSocketPath;
      }
      return addresses;
    },
    async close() {
      await Promise.all(opened.map((listener) => listener.close()));
      gate.close();
    },
  };
}

function url(scheme: string, { host, port }: Listener): string {
  return `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
