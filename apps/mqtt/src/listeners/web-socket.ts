/**
 * MQTT over WebSocket (section 6 of the standard), for people's own pages: what a listener has accepted, by plain TCP or inside TLS, becomes a
 * stream of MQTT. The listener has kept all limits by then; a page's origin is looked at here.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Transport } from '@iotcore/engine';
import { http } from '@iotcore/process';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import type { Refused } from '../refused-clients/refused-clients.ts';
import { type Accept, type Listener, type ListenOptions, listen } from './tcp-listener.ts';

export interface WebSocketParts {
  /** Origins whose pages may connect; empty: every one. A client that is no page has none, and may. */
  readonly allowedOrigins: readonly string[];
  /** From the first byte to the end of the upgrade. */
  readonly upgradeTimeoutMs: number;
  refused(refused: Refused): void;
}

export const webSocketPath = '/mqtt';
/** Of MQTT 3.1.1, and of 3.1, whose CONNECT is answered with what is wrong with it [MQTT-6.0.0-3]. */
const subprotocols = ['mqtt', 'mqttv3.1'];
/** Of one WebSocket message, which may hold several packets; the largest packet has some 320 KiB. */
const maxMessageBytes = 1024 * 1024;
const maxHeaderBytes = 16 * 1024;
const maxDetailCharacters = 200;
/** Of the stream, in each direction: what a socket has. */
const highWaterMark = 16 * 1024;
/** MQTT is binary [MQTT-6.0.0-1]: the code of WebSocket for data that cannot be accepted. */
const unsupportedData = 1003;

/** MQTT over WebSocket without TLS. @throws StartupError if the port is taken */
export function listenWebSocket(
  options: ListenOptions,
  parts: WebSocketParts,
  accept: Accept,
): Promise<Listener> {
  const upgrade = upgradeToMqtt(parts, accept);
  return listen(
    options,
    {
      reserve: () => () => {},
      take(socket, remote) {
        upgrade(socket, { secure: false, ...remote, peerCertificate: () => undefined });
        socket.resume();
      },
    },
    { pauseOnConnect: true },
  );
}

/** Takes what a listener has accepted through the handshake of WebSocket, and hands on what comes of it. */
export function upgradeToMqtt(parts: WebSocketParts, accept: Accept): Accept {
  const transports = new WeakMap<Duplex, Transport>();
  /** Ends the time that an upgrade may take. */
  const upgraded = new WeakMap<Duplex, () => void>();
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    // Payloads are small or compressed already, and a few bytes must not become a gigabyte.
    perMessageDeflate: false,
    clientTracking: false,
    handleProtocols: (offered) => subprotocols.find((one) => offered.has(one)) ?? false,
  });
  const server: Server = http.createServer({ maxHeaderSize: maxHeaderBytes, keepAliveTimeout: 0 });
  const refuse = (socket: Duplex, reason: string, status: number, detail?: string) => {
    const transport = transports.get(socket);
    if (transport) parts.refused({ ...placeOf(transport), reason, detail });
    socket.end(
      `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
    socket.once('finish', () => socket.destroy());
  };
  server.on('request', ({ socket }: IncomingMessage) => refuse(socket, 'HTTP instead of MQTT', 426));
  server.on('clientError', (_error, socket) => refuse(socket, 'no WebSocket handshake', 400));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const transport = transports.get(socket);
    if (!transport) return socket.destroy();
    const { origin, 'sec-websocket-protocol': offered = '' } = request.headers;
    if (request.url?.split('?', 1)[0] !== webSocketPath)
      return refuse(socket, 'path of the WebSocket is not /mqtt', 404);
    if (!isAllowed(parts.allowedOrigins, origin))
      return refuse(socket, 'origin not allowed', 403, origin?.slice(0, maxDetailCharacters));
    if (!offered.split(',').some((one) => subprotocols.includes(one.trim())))
      return refuse(socket, 'WebSocket without the subprotocol mqtt', 400);
    upgraded.get(socket)?.();
    return webSockets.handleUpgrade(request, socket, head, (webSocket) =>
      accept(toStream(webSocket), transport),
    );
  });
  return (socket, transport) => {
    transports.set(socket, transport);
    const tooSlow = setTimeout(() => {
      parts.refused({ ...placeOf(transport), reason: 'no CONNECT in time' });
      socket.destroy();
    }, parts.upgradeTimeoutMs);
    const isOver = () => clearTimeout(tooSlow);
    upgraded.set(socket, isOver);
    socket.once('close', isOver);
    server.emit('connection', socket);
  };
}

/** What was sent as text is no MQTT: the stream ends before it is read. */
function toStream(webSocket: WebSocket): Duplex {
  // Before that of the stream, which takes text too.
  webSocket.on('message', (_data, isBinary) => {
    if (isBinary) return;
    webSocket.close(unsupportedData, 'MQTT is binary');
    stream.destroy();
  });
  const stream = createWebSocketStream(webSocket, { highWaterMark });
  return stream;
}

function isAllowed(origins: readonly string[], origin: string | undefined): boolean {
  return origin === undefined || origins.length === 0 || origins.includes(origin);
}

function placeOf({ remoteAddress, secure }: Transport) {
  return { remoteAddress, secure };
}
