/** Is everything well? Each check stands alone: one that fails hides none of the others. */
import { X509Certificate } from 'node:crypto';
import { readFile, stat, statfs } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { listRegistries } from '@iotcore/sdk';
import { answer } from '../calls.ts';
import { type Authority, reachable } from '../configuration/configuration.ts';
import type { CliContext } from '../context.ts';
import { checkCluster } from './check-cluster.ts';
import { checkIds } from './check-ids.ts';
import { checkSample } from './check-sample.ts';
import { expiryFinding, type Finding, messageOf } from './finding.ts';
import { probe, probeTimeoutMs } from './probe.ts';
import { fileHandleFinding, readFacts, type ServerFacts } from './server-facts.ts';
import { lookAtTls, type TlsLook } from './tls-look.ts';

/** The Date of an answer has whole seconds, and was written a moment before it came. */
const clockToleranceMs = 5000;
const clockFailureMs = 300_000;
const mebibyte = 1024 * 1024;
const diskWarnBytes = 1024 * mebibyte;
const diskFailBytes = 100 * mebibyte;
/** A server renews its own certificates long before; this is for those that somebody brought. */
const serverWarnDays = 21;
/** The authority is in firmware: to replace it takes time. */
const authorityWarnDays = 365;

/** All findings, in order. */
export async function* checkInstallation(context: CliContext): AsyncGenerator<Finding> {
  yield* checkApi(context);
  const facts = await readFacts(context);
  yield* checkMqttProcess(context, facts);
  yield* checkCluster(context);
  yield* checkMqttTls(context, facts);
  yield* checkDataFolder(context);
  yield* checkSample(context);
}

async function* checkApi(context: CliContext): AsyncGenerator<Finding> {
  const { configuration } = context;
  let endpoint: string;
  try {
    endpoint = await configuration.endpoint();
  } catch (error) {
    yield { status: 'fail', check: 'API', finding: messageOf(error) };
    return;
  }
  const sentAt = context.now();
  const ready = await probe(`${endpoint}/readyz`);
  if (!ready) {
    const advice = 'is it running, and is this its address?';
    yield { status: 'fail', check: 'API', finding: `${endpoint} does not answer`, advice };
    return;
  }
  yield { status: 'ok', check: 'API', finding: `${endpoint} answers` };
  yield ready.ok
    ? { status: 'ok', check: 'database', finding: 'the API reaches it' }
    : {
        status: 'fail',
        check: 'database',
        finding: 'the API does not reach it',
        advice: 'see its log; with DATABASE_URL, is that Postgres up?',
      };
  yield clockFinding(ready.headers.get('date'), sentAt, context.now());
  const token = await checkToken(context);
  yield token;
  if (token.status === 'ok') yield await checkIds(context);
}

/** The server's clock against ours: tokens and certificates have dates. */
export function clockFinding(serverDate: string | null, sentAt: Date, receivedAt: Date): Finding {
  const check = 'clock';
  const server = new Date(serverDate ?? Number.NaN).getTime();
  if (Number.isNaN(server))
    return { status: 'warn', check, finding: 'the API tells no time', advice: 'is a proxy between?' };
  const early = sentAt.getTime() - server;
  const late = server - receivedAt.getTime();
  const offMs = Math.max(early, late, 0);
  const seconds = Math.round(offMs / 1000);
  const details = { offSeconds: seconds };
  if (offMs <= clockToleranceMs)
    return { status: 'ok', check, finding: 'the server and this machine agree', details };
  return {
    status: offMs > clockFailureMs ? 'fail' : 'warn',
    check,
    finding: `the server is ${seconds} s ${late > early ? 'ahead of' : 'behind'} this machine`,
    advice: 'set both by NTP: certificates and tokens are checked by the clock',
    details,
  };
}

async function checkToken(context: CliContext): Promise<Finding> {
  const check = 'token';
  try {
    const folderId = await context.configuration.folderId();
    await answer(listRegistries({ client: await context.api(), query: { folderId, pageSize: 1 } }));
    return { status: 'ok', check, finding: `may list the folder ${folderId}` };
  } catch (error) {
    const advice = 'give another with --token, IOTCORE_TOKEN or a profile';
    return { status: 'fail', check, finding: messageOf(error), advice };
  }
}

/** Only what runs on the data folder tells where its MQTT process can be asked. */
async function* checkMqttProcess(
  { configuration }: CliContext,
  facts: ServerFacts | undefined,
): AsyncGenerator<Finding> {
  const { admin, mqtt } = (await configuration.running())?.addresses ?? {};
  if (mqtt !== undefined) yield await checkPlainMqtt(mqtt);
  if (admin === undefined) return;
  const check = 'MQTT server';
  const ready = await probe(`${admin}/readyz`);
  const body = (await ready?.json().catch(() => undefined)) as { database?: string } | undefined;
  if (body?.database === 'away') {
    const finding = 'serves those it knows; its database is away';
    yield { status: 'fail', check, finding, advice: 'bring the database back: nobody new can connect' };
  } else if (!ready?.ok) {
    const finding = ready ? 'takes no connections' : `${admin} does not answer`;
    yield { status: 'fail', check, finding, advice: 'see its log' };
  } else yield { status: 'ok', check, finding: 'takes connections, and reaches the database' };
  if (facts?.maxOpenFiles !== undefined) yield fileHandleFinding(facts.maxOpenFiles, facts.maxConnections);
}

async function checkPlainMqtt(address: string): Promise<Finding> {
  if (await accepts(new URL(reachable(address, '127.0.0.1')))) return plainMqttFinding(address);
  const finding = `${new URL(address).host} does not answer`;
  return { status: 'fail', check: 'MQTT over TCP', finding, advice: 'see the log of the MQTT server' };
}

/** Of one that answers: who can reach it, as passwords cross it unencrypted. */
export function plainMqttFinding(address: string): Finding {
  const check = 'MQTT over TCP';
  const { host, hostname } = new URL(address);
  if (/^(127\.|\[::1\]|localhost$)/.test(hostname))
    return { status: 'ok', check, finding: `${host}, for this machine alone` };
  const advice = 'passwords cross it unencrypted: switch it off with an empty IOT_MQTT_PORT';
  return { status: 'warn', check, finding: `${host} is open to others`, advice };
}

async function* checkMqttTls(context: CliContext, facts: ServerFacts | undefined): AsyncGenerator<Finding> {
  const check = 'MQTT over TLS';
  try {
    const server = await context.configuration.mqtt();
    const authority = await context.configuration.authority();
    const look = await lookAsClients(server, authority, facts?.proxyNetworks);
    const { host } = server;
    yield look.trust === undefined
      ? { status: 'ok', check, finding: `${host} answers, its certificate is trusted and for that name` }
      : {
          status: 'warn',
          check,
          finding: `${host} answers, but ${look.trust}`,
          advice: `see \`iotcore doctor tls ${host}\``,
        };
    const [leaf] = look.chain;
    if (leaf)
      yield expiryFinding('server certificate', leaf.validToDate, context.now(), {
        warnDays: serverWarnDays,
        advice:
          'replace the files of IOT_TLS_CERT_FILE; the server renews its own by itself: if it has not, see its log',
      });
  } catch (error) {
    yield { status: 'fail', check, finding: messageOf(error) };
  }
}

/**
 * With the roots that clients use: those that were named; else our own authority, and where the certificate is not of it, as one
 * that somebody brought, those of every computer.
 */
async function lookAsClients(
  server: URL,
  authority: Authority | undefined,
  proxyNetworks: readonly string[] | undefined,
): Promise<TlsLook> {
  const look = await lookAtTls(server, { authorityPem: authority?.pem, proxyNetworks });
  if (look.trust === undefined || authority === undefined || authority.named) return look;
  const asComputers = await lookAtTls(server, { proxyNetworks });
  return asComputers.trust === undefined ? asComputers : look;
}

async function* checkDataFolder({ configuration: { dataDir }, now }: CliContext): AsyncGenerator<Finding> {
  if (!(await stat(dataDir).catch(() => undefined))) return;
  const ca = await readFile(join(dataDir, 'ca.crt')).catch(() => undefined);
  if (ca)
    yield expiryFinding('authority', new X509Certificate(ca).validToDate, now(), {
      warnDays: authorityWarnDays,
      advice: 'devices that trust it alone must get another in time',
    });
  const { bavail, bsize } = await statfs(dataDir);
  yield diskFinding(bavail * bsize, dataDir);
  const token = await stat(join(dataDir, 'admin.token')).catch(() => undefined);
  if (token && process.platform !== 'win32' && (token.mode & 0o077) !== 0)
    yield {
      status: 'fail',
      check: 'admin token',
      finding: 'others on this machine can read it',
      advice: `chmod 600 ${join(dataDir, 'admin.token')}`,
    };
}

/** Of the file system that holds the data folder. */
export function diskFinding(freeBytes: number, dataDir: string): Finding {
  const check = 'disk';
  const finding = `${Math.floor(freeBytes / mebibyte)} MiB free for ${dataDir}`;
  const details = { freeBytes };
  if (freeBytes >= diskWarnBytes) return { status: 'ok', check, finding, details };
  const status = freeBytes < diskFailBytes ? 'fail' : 'warn';
  return { status, check, finding, advice: 'make room: a full disk stops the database', details };
}

/** Whether something takes TCP connections there. */
async function accepts({ hostname, port }: URL): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) });
  socket.setTimeout(probeTimeoutMs, () => resolve(false));
  socket.once('connect', () => resolve(true));
  socket.on('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}
