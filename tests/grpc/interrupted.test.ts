/** A call that its caller gives up, or that is under way when the server stops. The database holds it up where that is shown. */
import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { devices, Health } from '@iotcore/proto';
import { openDatabase } from '@iotcore/store';
import { eventually, type Installation, sharedInstallation, startInstallation } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { GrpcClient, refusalOf } from './support/client.ts';

const installation = sharedInstallation();
const { update } = devices.RegistryService.method;
const folderId = 'interrupted';

/** Holds a registry so that no change of it gets on, until `release`. */
async function holdRegistry({ databaseUrl }: Installation, id: string) {
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const { pool, close } = openDatabase(databaseUrl, { logger: quiet, poolSize: 1 });
  const holder = await pool.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM registries WHERE id = $1 FOR UPDATE', [id]);
  let isHeld = true;
  const release = async () => {
    if (!isHeld) return;
    isHeld = false;
    await holder.query('ROLLBACK');
    holder.release();
    await close();
  };
  onTestFinished(release);
  /** Resolves once a change waits for it. */
  const isWaitedFor = () =>
    eventually('a change that waits', async () => {
      const { rowCount } = await holder.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rowCount === 1;
    });
  return { release, isWaitedFor };
}

async function openSession({ apiTlsPort, caPem }: Installation): Promise<ClientHttp2Session> {
  const session = connect(`https://localhost:${apiTlsPort}`, { ca: caPem });
  session.on('error', () => {});
  onTestFinished(() => session.destroy());
  await once(session, 'connect');
  return session;
}

function change(
  session: ClientHttp2Session,
  { adminToken }: Installation,
  request: MessageInitShape<typeof update.input>,
  headers: Readonly<Record<string, string>>,
): ClientHttp2Stream {
  const stream = session.request({
    ':method': 'POST',
    ':path': `/${update.parent.typeName}/${update.name}`,
    'content-type': 'application/grpc',
    te: 'trailers',
    authorization: `Bearer ${adminToken}`,
    ...headers,
  });
  stream.on('error', () => {});
  const message = toBinary(update.input, create(update.input, request));
  const header = Buffer.alloc(5);
  header.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([header, message]));
  stream.resume();
  return stream;
}

/** What the log says of a call that its client gave this name. */
async function logged({ logs }: { logs: () => string }, name: string): Promise<{ code: number }> {
  return eventually('the line of the call', () => {
    const line = logs()
      .split('\n')
      .find((one) => one.includes(name) && one.includes('"answered"'));
    return line === undefined ? undefined : JSON.parse(line);
  });
}

test('a change that its caller cancels in the middle does not take place, and the connection serves on', async () => {
  const here = installation();
  const { id } = await here.api.createRegistry({ folderId });
  const held = await holdRegistry(here, id);
  const session = await openSession(here);
  const stream = change(
    session,
    here,
    { registryId: id, description: 'changed' },
    { 'x-client-request-id': 'cancelled' },
  );
  await held.isWaitedFor();
  stream.close(8);
  // The server knows before the change can go on.
  await new Promise<void>((resolve, reject) => session.ping((error) => (error ? reject(error) : resolve())));
  await held.release();
  expect(await logged({ logs: () => here.logs() }, 'cancelled')).toMatchObject({ code: status.CANCELLED });
  // It comes after the cancelled one, on the same connection.
  const next = change(session, here, { registryId: id, updateMask: { paths: ['name'] }, name: 'next' }, {});
  const [trailers] = await once(next, 'trailers');
  expect(trailers['grpc-status']).toBe('0');
  const client = GrpcClient.connect(here);
  const { get, listOperations } = devices.RegistryService.method;
  expect(await client.call(get, { registryId: id })).toMatchObject({ name: 'next', description: '' });
  expect((await client.call(listOperations, { registryId: id })).operations).toHaveLength(2);
});

test('a change by REST whose caller goes away in the middle does not take place', async () => {
  const here = installation();
  const { id } = await here.api.createRegistry({ folderId });
  const held = await holdRegistry(here, id);
  const gone = new AbortController();
  const headers = { authorization: `Bearer ${here.adminToken}`, 'content-type': 'application/json' };
  const url = `${here.apiUrl}/iot-devices/v1/registries/${id}`;
  const body = JSON.stringify({ description: 'changed' });
  const call = fetch(url, { method: 'PATCH', headers, body, signal: gone.signal });
  await held.isWaitedFor();
  gone.abort();
  await expect(call).rejects.toThrow('aborted');
  // Whatever came before this is known to the server.
  await here.api.must('GET', '/livez');
  await held.release();
  const { response } = await here.api.must('PATCH', `/iot-devices/v1/registries/${id}`, {
    updateMask: 'name',
    name: 'after-rest',
  });
  expect(response).toMatchObject({ name: 'after-rest' });
  expect(response).not.toHaveProperty('description');
});

test('a change whose deadline passes in the middle is answered at once, and does not take place', async () => {
  const here = installation();
  const { id } = await here.api.createRegistry({ folderId });
  const held = await holdRegistry(here, id);
  const client = GrpcClient.connect(here);
  const request = { registryId: id, description: 'late' };
  const late = refusalOf(client.call(update, request, { metadata: { 'grpc-timeout': '700m' } }));
  await held.isWaitedFor();
  // The answer does not wait for the database.
  expect(await late).toMatchObject({ code: status.DEADLINE_EXCEEDED });
  await held.release();
  await client.call(update, { registryId: id, updateMask: { paths: ['name'] }, name: 'after' });
  const { get } = devices.RegistryService.method;
  expect(await client.call(get, { registryId: id })).toMatchObject({ name: 'after', description: '' });
});

test('a server that stops tells its clients, answers what is under way, and ends what would never end', async () => {
  const here = await startInstallation({ programs: ['api'] });
  const { id } = await here.api.createRegistry({ folderId });
  const held = await holdRegistry(here, id);
  const session = await openSession(here);
  const watch = session.request({
    ':method': 'POST',
    ':path': `/${Health.typeName}/Watch`,
    'content-type': 'application/grpc',
  });
  watch.on('error', () => {});
  watch.end(Buffer.alloc(5));
  await once(watch, 'data');
  const stream = change(session, here, { registryId: id, description: 'changed' }, {});
  await held.isWaitedFor();
  const told = once(session, 'goaway');
  const answered = once(stream, 'trailers');
  const ended = here.program('api').stop();
  expect((await told)[0]).toBe(0);
  await held.release();
  expect((await answered)[0]).toMatchObject({ 'grpc-status': '0' });
  expect(await ended).toEqual({ code: 0, signal: null });
});
