/** The options with which `mqtt publish` and `mqtt subscribe` say as which client they connect, and to which server. */
import { rootCertificates } from 'node:tls';
import { type Command, InvalidArgumentError } from 'commander';
import type { Packet } from 'mqtt';
import type { CliContext } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { openSession, type Qos, type Session } from '../../mqtt/session.ts';
import { readOptionFile } from '../../options/files.ts';
import { cellText } from '../../output/table.ts';

export interface ConnectionOptions {
  readonly username?: string;
  readonly registryId?: string;
  readonly deviceId?: string;
  readonly brokerId?: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly server?: string;
  readonly ca?: string;
  readonly clientId?: string;
  readonly qos: Qos;
  readonly debug?: boolean;
  /** Standard input holds messages, and cannot answer a question. */
  readonly stdin?: boolean;
}

const qosByName: ReadonlyMap<string, Qos> = new Map([
  ['0', 0],
  ['at-most-once', 0],
  ['1', 1],
  ['at-least-once', 1],
]);

function qosOf(text: string): Qos {
  const qos = qosByName.get(text);
  if (qos === undefined) throw new InvalidArgumentError(`It is one of ${[...qosByName.keys()].join(', ')}.`);
  return qos;
}

export function addConnectionOptions(command: Command): Command {
  return command
    .option('-u, --username <id>', 'ID of the registry, device or broker to connect as')
    .option('--registry-id <id>', 'the same')
    .option('--device-id <id>', 'the same')
    .option('--broker-id <id>', 'the same')
    .option('-P, --password <password>', 'its password; without it and --cert it is asked for')
    .option('--password-file <path>', 'file that holds its password')
    .option('--cert <path>', 'its certificate in PEM, instead of a password')
    .option('--key <path>', 'private key to --cert in PEM')
    .option('-q, --qos <qos>', '0 or 1 (at-most-once, at-least-once)', qosOf, 1)
    .option('--server <address>', 'MQTT server, such as mqtts://iot.example.com:8883 (IOTCORE_MQTT)')
    .option(
      '--ca <path>',
      'the authority that signed its certificate, in PEM (IOTCORE_CA; default: ca.crt of the data folder)',
    )
    .option('--client-id <id>', 'MQTT client ID')
    .option('--debug', 'show each packet on standard error');
}

/** @throws CliError if the options do not make one client, or the server refuses it */
export async function connectAs(options: ConnectionOptions, context: CliContext): Promise<Session> {
  const who = await identity(options, context);
  const [server, authority] = await Promise.all([
    context.configuration.mqtt(options.server),
    context.configuration.authority(options.ca),
  ]);
  // A named authority is the only one; that of a data folder is one more, for a server with a certificate of its own.
  const authorities = authority && (authority.named ? [authority.pem] : [authority.pem, ...rootCertificates]);
  return openSession({
    server,
    ...(authorities ? { authorities } : {}),
    ...who,
    ...(options.clientId === undefined ? {} : { clientId: options.clientId }),
    ...(options.debug
      ? { trace: (direction, packet) => context.out.note(traceLine(direction, packet)) }
      : {}),
  });
}

async function identity(options: ConnectionOptions, { prompt }: CliContext) {
  const names = [options.username, options.registryId, options.deviceId, options.brokerId];
  const given = names.filter((name) => name !== undefined);
  if (given.length > 1)
    throw usageError('name one client: --username, --registry-id, --device-id or --broker-id');
  const { cert, key, password, passwordFile } = options;
  if ((cert === undefined) !== (key === undefined)) throw usageError('--cert and --key go together');
  const [username] = given;
  const ofCertificate = cert !== undefined && key !== undefined ? await readPair(cert, key) : {};
  if (
    username === undefined ||
    (cert !== undefined && password === undefined && passwordFile === undefined)
  ) {
    if (cert === undefined)
      throw usageError('say who connects: --username and a password, or --cert and --key');
    return ofCertificate;
  }
  const text =
    password ?? (await passwordIn(passwordFile)) ?? (await prompt.secret(`Password of ${username}: `));
  return { ...ofCertificate, username, password: text };
}

async function readPair(cert: string, key: string) {
  return {
    certificate: { cert: await readOptionFile('--cert', cert), key: await readOptionFile('--key', key) },
  };
}

async function passwordIn(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  return (await readOptionFile('--password-file', path)).toString('utf8').replace(/\r?\n$/, '');
}

/** What a packet says, less what is secret in it. */
function traceLine(direction: string, packet: Packet): string {
  const fields = Object.entries(packet).filter(
    ([name, value]) =>
      !['cmd', 'password', 'payload', 'will'].includes(name) && value !== undefined && value !== null,
  );
  const payload = 'payload' in packet && packet.payload ? [['bytes', packet.payload.length] as const] : [];
  const text = [...fields, ...payload].map(([name, value]) => `${name}=${cellText(value)}`).join(' ');
  return `${direction} ${packet.cmd?.toUpperCase()} ${text}`;
}
