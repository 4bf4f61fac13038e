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
import { listenTls } from './tls/tls-listener.ts';

export interface ListenersParts {
  readonly settings: Pick<
    Settings,
    | 'mqttsHost'
    | 'mqttsPort'
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
  let tlsPort: number | undefined;
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
      turnedAway('time to wait', remoteAddress, localPort === tlsPort),
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
      const tls = await listenTls(
        {
          ...shared(true),
          place: {
            host: settings.mqttsHost,
            port: settings.mqttsPort,
            variables: { host: 'IOT_MQTTS_HOST', port: 'IOT_MQTTS_PORT' },
          },
          certificate: certificate.current,
          handshakeSlots,
          ticketSecret: settings.mqttTicketSecret,
          handshakeTimeoutMs: settings.mqttConnectTimeoutMs,
          handshakeFailed,
        },
        accept,
      );
      opened.push(tls);
      tlsPort = tls.port;
      certificate.onReplaced((replacement) => {
        tls.replaceCertificate(replacement);
        logger.info({ notAfter: replacement.notAfter }, 'replaced the server certificate');
      });
      const addresses: Record<string, string> = { mqtts: url('mqtts', tls) };
      if (settings.mqttPort === undefined) return addresses;
      const tcp = await listenTcp(
        {
          ...shared(false),
          // Inside TLS a client's certificate is that of its own handshake.
          certificateField: settings.mqttProxyCertificateField,
          place: {
            host: settings.mqttHost,
            port: settings.mqttPort,
            variables: { host: 'IOT_MQTT_HOST', port: 'IOT_MQTT_PORT' },
          },
        },
        accept,
      );
      opened.push(tcp);
      return { ...addresses, mqtt: url('mqtt', tcp) };
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
