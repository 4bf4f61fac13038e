/** Servers of each protocol that refuse every login, and say back what they were told: what a careless target may do with a secret. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { WebhookReceiver } from '@iotcore/testkit';

export interface EchoingServer {
  /** `host:port`. */
  readonly address: string;
  /** All that it was told. */
  told(): string;
  close(): Promise<void>;
}

/** Refuses every request with its own headers. */
export async function echoingWebhook(): Promise<EchoingServer> {
  const receiver = await WebhookReceiver.start();
  receiver.behave = ({ headers }) => {
    const [, credentials = ''] = String(headers.authorization).split(' ');
    const values = Object.values(headers).join(' ');
    return { status: 400, body: `${credentials} ${JSON.stringify(headers.authorization)} ${values}` };
  };
  return {
    address: new URL(receiver.url).host,
    told: () => JSON.stringify(receiver.requests.map(({ headers }) => headers)),
    close: () => receiver.close(),
  };
}

/** Asks for the password in clear text. `withCode`: as Postgres refuses one; without: as nothing that we know. */
export function echoingPostgres(withCode: boolean): Promise<EchoingServer> {
  return listen((socket, told) => {
    let isStarted = false;
    socket.on('data', (bytes: Buffer) => {
      told(bytes.toString());
      if (!isStarted) {
        isStarted = true;
        socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
        return;
      }
      const password = bytes.subarray(5, -1).toString();
      const code = withCode ? 'C28P01\0' : '';
      const words = withCode ? `password ${password} is wrong` : `not ${password}`;
      const fields = Buffer.from(`SFATAL\0${code}M${words}\0\0`);
      const head = Buffer.from([0x45, 0, 0, 0, 0]);
      head.writeInt32BE(fields.length + 4, 1);
      socket.end(Buffer.concat([head, fields]));
    });
  });
}

/** Takes PLAIN, and no user. */
export function echoingKafka(): Promise<EchoingServer> {
  const [apiVersions, saslHandshake, authenticationFailed] = [18, 17, 58];
  const short = (...values: number[]) => {
    const bytes = Buffer.alloc(2 * values.length);
    for (const [at, value] of values.entries()) bytes.writeInt16BE(value, 2 * at);
    return bytes;
  };
  const long = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
  };
  const text = (value: string) => Buffer.concat([short(Buffer.byteLength(value)), Buffer.from(value)]);
  /** Key, lowest and highest version: produce, metadata, and what it takes to log in. */
  const known = [
    [0, 3, 9],
    [3, 1, 12],
    [17, 0, 1],
    [18, 0, 3],
    [36, 0, 1],
  ];
  return listen((socket, told) => {
    socket.on('data', (bytes: Buffer) => {
      told(bytes.toString());
      const [api, version] = [bytes.readInt16BE(4), bytes.readInt16BE(6)];
      const answer = (...parts: Buffer[]) => {
        const body = Buffer.concat([bytes.subarray(8, 12), ...parts]);
        socket.write(Buffer.concat([long(body.length), body]));
      };
      if (api === apiVersions) {
        const items = known.map((item) => Buffer.concat([short(...item), Buffer.alloc(version < 3 ? 0 : 1)]));
        const count = version < 3 ? long(known.length) : Buffer.of(known.length + 1);
        answer(
          short(0),
          count,
          ...items,
          Buffer.alloc(version < 1 ? 0 : 4),
          Buffer.alloc(version < 3 ? 0 : 1),
        );
      } else if (api === saslHandshake) answer(short(0), long(1), text('PLAIN'));
      else {
        const said = bytes.subarray(14).toString().replaceAll('\0', ' ');
        answer(
          short(authenticationFailed),
          text(`no such user: ${said}`),
          long(0),
          Buffer.alloc(version && 8),
        );
      }
    });
  });
}

/** `words`: what it says of a log-in, before it says it back. */
export function echoingNats(words: string): Promise<EchoingServer> {
  const info = { server_id: 'X', version: '2.9.10', proto: 1, headers: true, max_payload: 1_048_576 };
  return listen((socket, told) => {
    socket.write(`INFO ${JSON.stringify({ ...info, auth_required: true })}\r\n`);
    socket.on('data', (bytes: Buffer) => {
      told(bytes.toString());
      const [, connect = ''] = /^CONNECT (.*)\r\n/m.exec(bytes.toString()) ?? [];
      if (connect) socket.end(`-ERR '${words}: ${connect}'\r\n`);
    });
  });
}

async function listen(serve: (socket: Socket, told: (text: string) => void) => void): Promise<EchoingServer> {
  const sockets = new Set<Socket>();
  let all = '';
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    serve(socket, (text) => {
      all += text;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    told: () => all,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
