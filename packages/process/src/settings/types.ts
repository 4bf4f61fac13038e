/** The kinds of values that a setting can have: how its text is read, and what an error says that it should be. */
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { Secret } from '../secret.ts';

export interface SettingType<T> {
  readonly schema: z.ZodType<T, string>;
  /** Completes "expected …". */
  readonly expects: string;
  /** The empty text is a value of its own; otherwise it counts as not set. */
  readonly takesEmpty?: boolean;
  /** Its values are never shown, not even in an error. */
  readonly secret?: boolean;
  /** Its value names a file that must be there. */
  readonly namesFile?: boolean;
}

const portNumber = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .pipe(z.number().max(65_535));

export const port: SettingType<number> = {
  schema: portNumber,
  expects: 'a port number from 1 to 65535, or 0 for any free port',
};

export const portOrOff: SettingType<number | undefined> = {
  schema: z.union([z.literal('').transform(() => undefined), portNumber]),
  expects: 'a port number from 1 to 65535, 0 for any free port, or nothing to switch it off',
  takesEmpty: true,
};

const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;

export const host: SettingType<string> = {
  schema: z.string().refine((text) => isIP(text) !== 0 || hostName.test(text)),
  expects: 'an IP address or host name of this machine (0.0.0.0 is every IPv4 address, :: every address)',
};

export const proxyField: SettingType<number> = {
  schema: z
    .string()
    .regex(/^0xe[0-9a-f]$/i)
    .transform(Number),
  expects: 'a type that the PROXY protocol leaves to its users: `0xE0` to `0xEF`',
};

export const hostAndPort: SettingType<string> = {
  schema: z.string().refine((text) => {
    const [, address, name, digits] = /^(?:\[([0-9a-f:.]+)\]|([^:]+)):(\d{1,5})$/i.exec(text) ?? [];
    const isHost = address === undefined ? hostName.test(name ?? '') : isIP(address) === 6;
    return isHost && Number(digits) >= 1 && Number(digits) <= 65_535;
  }),
  expects: 'a host and a port, such as `iot.example.com:8443`',
};

export const nameList: SettingType<readonly string[]> = {
  schema: z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    )
    .refine((names) => names.every((name) => isIP(name) !== 0 || hostName.test(name))),
  expects: 'host names and IP addresses with commas between, such as `mqtt.example.com,192.0.2.7`',
  takesEmpty: true,
};

/** Addresses with a zone mean something on one machine only, and belong to no network. */
function isNetwork(text: string): boolean {
  const [address = '', bits = '', ...more] = text.split('/');
  const mostBits = { 4: 32, 6: 128 }[isIP(address.includes('%') ? '' : address)];
  return mostBits !== undefined && more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= mostBits;
}

export const networkList: SettingType<readonly string[]> = {
  schema: z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((network) => network.trim())
        .filter((network) => network !== ''),
    )
    .refine((networks) => networks.every(isNetwork)),
  expects: 'networks in CIDR form with commas between, such as `10.0.0.0/8,2001:db8::7/128`',
  takesEmpty: true,
};

/** What a browser says of the page that connects. */
function isOrigin(text: string): boolean {
  return URL.parse(text)?.origin === text;
}

export const originList: SettingType<readonly string[]> = {
  schema: z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((origin) => origin.trim())
        .filter((origin) => origin !== ''),
    )
    .refine((origins) => origins.every(isOrigin)),
  expects: 'origins with commas between, such as `https://pages.example.com,http://localhost:5173`',
  takesEmpty: true,
};

export const httpUrl: SettingType<string> = {
  schema: z.string().refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? '')),
  expects: 'a URL such as `http://10.0.0.7:9464`',
};

/** Relative paths count from the working directory. */
export const path: SettingType<string> = {
  schema: z
    .string()
    .refine((text) => !text.includes('\0'))
    .transform((text) => resolve(text)),
  expects: 'a path',
};

export const file: SettingType<string> = { ...path, namesFile: true };

export const onOff: SettingType<boolean> = {
  schema: z.enum(['on', 'off']).transform((text) => text === 'on'),
  expects: '`on` or `off`',
};

export const databaseUrl: SettingType<Secret> = {
  schema: z
    .string()
    .refine((text) => /^postgres(ql)?:$/.test(URL.parse(text)?.protocol ?? ''))
    .transform((text) => new Secret(text)),
  expects: 'a URL such as `postgresql://user:password@host:5432/database`',
  secret: true,
};

export const secretText: SettingType<Secret> = {
  schema: z.string().transform((text) => new Secret(text)),
  expects: 'a secret',
  secret: true,
};

export const url: SettingType<string> = {
  schema: z.string().refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? '')),
  expects: 'a URL such as `https://iot.example.com/iam/v1/tokens`',
};

/** How many processes; `auto` is one for each core but one. */
export const processCount: SettingType<number | 'auto'> = {
  schema: z
    .string()
    .regex(/^(auto|\d{1,2})$/)
    .transform((text) => (text === 'auto' ? text : Number(text)))
    .refine((count) => count === 'auto' || (count >= 1 && count <= 32)),
  expects: '`auto`, or a whole number from 1 to 32',
};

/** Servers of NATS, with commas between. */
export const natsServers: SettingType<readonly string[]> = {
  schema: z
    .string()
    .transform((text) => text.split(',').map((server) => server.trim()))
    .refine((servers) => servers.every((server) => isNatsServer(server))),
  expects:
    'URLs such as `tls://nats-1.example.com:4222`, with commas between, and no user or password in them',
};

function isNatsServer(server: string): boolean {
  const url = URL.parse(server);
  if (url === null || !/^(nats|tls):$/.test(url.protocol)) return false;
  return url.username === '' && url.password === '' && url.hostname !== '';
}

/** The beginning of subjects of NATS. */
export const natsPrefix: SettingType<string> = {
  schema: z.string().regex(/^[A-Za-z0-9_-]{1,50}(\.[A-Za-z0-9_-]{1,50}){0,4}$/),
  expects: 'letters, digits, `_` and `-`, with dots between',
};

export function oneOf<const T extends string>(...values: readonly T[]): SettingType<T> {
  return { schema: z.enum(values), expects: `one of ${values.map((value) => `\`${value}\``).join(', ')}` };
}

export function wholeNumber(least: number, most: number): SettingType<number> {
  return {
    schema: z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number)
      .pipe(z.number().min(least).max(most)),
    expects: `a whole number from ${least} to ${most}`,
  };
}
