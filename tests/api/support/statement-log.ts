import { connect } from 'node:net';
import { listen } from '@iotcore/testkit';

/** A way to Postgres that writes down which statements pass; gone with the test. */
export interface StatementLog {
  /** Of the database by this way. */
  readonly url: string;
  /** The statements since it was asked last, but for those that depend on no call. */
  takeOfCalls(): string[];
  /** Resolves once the process has removed what was kept long enough, as it does after its start: on a busy machine that falls into a call. */
  settled(): Promise<void>;
}

/**
 * What the process asks by itself once a second; and who calls, which it asks again whenever it cannot be sure to have been
 * told of every change: neither depends on what a call is about.
 */
const ofNoCall =
  /pg_snapshot|changes|LISTEN|FROM "public"\."(api_keys|authorized_keys|service_accounts|role_bindings)"/;

/** The last statement of what is removed after the start. */
const lastOfRemoving = /DELETE FROM.*sign_in_codes/s;

/** Types of the messages that carry a statement, or name one that was carried before: Parse, Query, Bind. */
const parse = 0x50;
const query = 0x51;
const bind = 0x42;

export async function startStatementLog(databaseUrl: string): Promise<StatementLog> {
  const url = new URL(databaseUrl);
  const target = { host: url.hostname, port: Number(url.port) };
  const statements: string[] = [];
  const removed = Promise.withResolvers<void>();
  const port = await listen((client) => {
    const database = connect(target);
    database.on('error', () => client.destroy());
    client.on('close', () => database.destroy());
    client.on(
      'data',
      reader((statement) => {
        statements.push(statement);
        if (lastOfRemoving.test(statement)) removed.resolve();
      }),
    );
    client.pipe(database).pipe(client);
  });
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    takeOfCalls: () => statements.splice(0).filter((statement) => !ofNoCall.test(statement)),
    settled: () => removed.promise,
  };
}

/** Reads what a client sends; the message that opens a connection has no type, so its first byte is 0. */
function reader(onStatement: (statement: string) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  /** By name; the one without a name is the last. A named one is parsed once, and then only bound. */
  const parsed = new Map<string, string>();
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      const typed = rest[0] === 0 ? 0 : 1;
      if (rest.length < typed + 4) return;
      const end = typed + rest.readUInt32BE(typed);
      if (rest.length < end) return;
      const type = typed === 0 ? 0 : rest[0];
      const [first = '', second = ''] = rest.toString('utf8', typed + 4, end).split('\0', 2);
      if (type === query) onStatement(first);
      if (type === parse) parsed.set(first, second);
      if (type === bind) onStatement(parsed.get(second) ?? '');
      rest = rest.subarray(end);
    }
  };
}
