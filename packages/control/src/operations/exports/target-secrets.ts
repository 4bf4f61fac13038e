/**
 * Takes a target apart into what is shown and what is secret. The secrets are kept by the path of their field, so that a
 * change which leaves one out keeps it, as long as what it belongs to is still there, and at the same address: whoever
 * could take a secret along to an address of his own could read it.
 */
import type { ExportTarget, ShownExportTarget } from '@iotcore/contract';
import { errors, type FieldViolation } from '../../errors/catalogue.ts';
import { objectionToCertificates, objectionToKey } from './target-certificates.ts';

export interface SplitTarget {
  readonly shown: ShownExportTarget;
  readonly secrets: Readonly<Record<string, string>>;
}

type Webhook = NonNullable<ExportTarget['webhook']>;

/** Names of query parameters that hold secrets. */
const secretParameter = /token|secret|passw|signature|api.?key|credential|^(sig|key|auth)$/i;
const headerName = /^[a-z0-9!#$%&'*+.^_`|~-]{1,128}$/i;
/** Ours, those of the transport, and those of a format. */
const reservedHeader =
  /^(host|content-.*|connection|transfer-encoding|te|upgrade|expect|trailer|keep-alive|proxy-.*|webhook-.*|ce-.*)$/i;
const headerValue = /^[\x20-\x7e]*$/;
const maxHeaders = 32;

/** What a new target takes the place of. */
export interface FormerTarget {
  readonly shown: ShownExportTarget;
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * @param former the target that this one takes the place of: what its secrets are is kept, if it is of the same kind
 * @throws INVALID_ARGUMENT that names every bad field
 */
export function splitTarget(target: ExportTarget, former?: FormerTarget): SplitTarget {
  const isSameKind = former !== undefined && Object.keys(target).every((kind) => kind in former.shown);
  const split = new Splitting(isSameKind ? former.secrets : {}, isSameKind && hasMoved(former.shown, target));
  const { webhook, postgres, kafka, pull, nats } = target;
  const shown: ShownExportTarget = {
    ...(webhook && { webhook: split.webhook(webhook) }),
    ...(postgres && { postgres: split.postgres(postgres) }),
    ...(kafka && { kafka: split.kafka(kafka) }),
    ...(pull && { pull: {} }),
    ...(nats && { nats: split.nats(nats) }),
  };
  if (split.violations.length > 0) throw errors.invalidArgument(split.violations);
  return { shown, secrets: split.secrets };
}

/** Would it send to a server that the former target does not name? */
function hasMoved(former: ShownExportTarget, target: ExportTarget): boolean {
  const known = new Set(addressesOf(former));
  return addressesOf(target).some((address) => !known.has(address));
}

/** Servers, each with its port, and how it is spoken to: without TLS others could read along. */
function addressesOf({ webhook, postgres, kafka, nats }: ShownExportTarget | ExportTarget): string[] {
  const reached = (servers: readonly string[], { tls = 'VERIFY' }: { readonly tls?: string | undefined }) =>
    servers.map((server) => `${server} ${tls}`);
  return [
    ...(webhook ? [addressOf(webhook.url)] : []),
    ...(postgres ? reached([addressOf(postgres.url)], postgres) : []),
    ...(kafka ? reached(kafka.bootstrapServers, kafka) : []),
    ...(nats ? reached(nats.servers, nats) : []),
  ];
}

function addressOf(text: string): string {
  const url = URL.parse(text);
  return url ? `${url.protocol}//${url.host}` : text;
}

/** A host or an address, with a port. */
function isServer(text: string): boolean {
  if (!/^(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?):0*[1-9]\d{0,4}$/i.test(text)) return false;
  return URL.canParse(`tcp://${text}`);
}

class Splitting {
  readonly violations: FieldViolation[] = [];
  readonly secrets: Record<string, string> = {};
  readonly #kept: Readonly<Record<string, string>>;
  readonly #hasMoved: boolean;

  constructor(kept: Readonly<Record<string, string>>, moved: boolean) {
    this.#kept = kept;
    this.#hasMoved = moved;
  }

  webhook({
    headers,
    auth,
    clientCertificate,
    ...plain
  }: Webhook): NonNullable<ShownExportTarget['webhook']> {
    this.#checkUrl('target.webhook.url', plain.url, ['https:', 'http:']);
    const headerNames = this.#headers(headers);
    this.#checkAuthority('target.webhook.caCertificate', plain.caCertificate);
    if (clientCertificate) this.#checkClientCertificate(clientCertificate);
    return {
      ...plain,
      ...(headerNames.length > 0 && { headerNames }),
      ...(auth && { auth: this.#auth(auth) }),
      ...(clientCertificate && {
        clientCertificate: { certificateData: clientCertificate.certificateData },
      }),
    };
  }

  postgres({ password, ...plain }: NonNullable<ExportTarget['postgres']>) {
    this.#checkUrl('target.postgres.url', plain.url, ['postgres:', 'postgresql:']);
    this.#checkAuthority('target.postgres.caCertificate', plain.caCertificate);
    this.#may('postgres.password', password);
    if (!/^[a-z_][a-z0-9_]{0,62}(\.[a-z_][a-z0-9_]{0,62})?$/.test(plain.table))
      this.#violation(
        'target.postgres.table',
        'A table, or schema.table: [a-z_][a-z0-9_]*, at most 63 characters each.',
      );
    return plain;
  }

  kafka({ password, ...plain }: NonNullable<ExportTarget['kafka']>) {
    this.#checkServers('target.kafka.bootstrapServers', plain.bootstrapServers);
    this.#checkAuthority('target.kafka.caCertificate', plain.caCertificate);
    if (!/^[a-zA-Z0-9._/-]{1,249}$/.test(plain.topic))
      this.#violation('target.kafka.topic', '1 to 249 characters of [a-zA-Z0-9._/-].');
    if (plain.mechanism === undefined) this.#may('kafka.password', password);
    else {
      if (!plain.username) this.#violation('target.kafka.username', `Required with ${plain.mechanism}.`);
      this.#need('kafka.password', password);
    }
    return plain;
  }

  nats({ password, token, ...plain }: NonNullable<ExportTarget['nats']>) {
    this.#checkServers('target.nats.servers', plain.servers);
    this.#checkAuthority('target.nats.caCertificate', plain.caCertificate);
    if (!/^[a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*$/.test(plain.subjectPrefix))
      this.#violation('target.nats.subjectPrefix', 'Tokens of [a-zA-Z0-9_-] with dots between.');
    this.#may('nats.password', password);
    this.#may('nats.token', token);
    return plain;
  }

  #auth({ bearer, basic, header }: NonNullable<Webhook['auth']>) {
    if (bearer) {
      this.#need('webhook.auth.bearer.token', bearer.token);
      if (!headerValue.test(bearer.token ?? ''))
        this.#violation('target.webhook.auth.bearer.token', 'It is sent in a header: printable ASCII.');
    }
    if (basic) this.#need('webhook.auth.basic.password', basic.password);
    if (header) {
      this.#need('webhook.auth.header.value', header.value);
      this.#checkHeader('target.webhook.auth.header.name', header.name, header.value ?? '');
    }
    return {
      ...(bearer && { bearer: {} }),
      ...(basic && { basic: { username: basic.username } }),
      ...(header && { header: { name: header.name } }),
    };
  }

  /** Headers are kept together; none given: those from before. */
  #headers(given: Webhook['headers']): string[] {
    const path = 'webhook.headers';
    const kept = given === undefined ? this.#takeKept(path) : undefined;
    const entries = Object.entries(given ?? JSON.parse(kept ?? '{}')) as [string, string][];
    if (entries.length > maxHeaders)
      this.#violation('target.webhook.headers', `At most ${maxHeaders} headers.`);
    for (const [name, value] of entries.slice(0, maxHeaders))
      this.#checkHeader('target.webhook.headers', name, value);
    if (entries.length > 0) this.secrets[path] = JSON.stringify(Object.fromEntries(entries));
    return entries.map(([name]) => name);
  }

  #checkHeader(field: string, name: string, value: string): void {
    if (!headerName.test(name))
      this.#violation(field, 'A name of a header has 1 to 128 letters, digits and -.');
    else if (reservedHeader.test(name))
      this.#violation(field, `${name.toLowerCase()} is set by the server itself.`);
    else if (!headerValue.test(value)) this.#violation(field, `The value of ${name} is not printable ASCII.`);
  }

  #checkUrl(field: string, text: string, protocols: readonly string[]): void {
    const url = URL.parse(text);
    if (!url || !protocols.includes(url.protocol) || url.hostname === '') {
      this.#violation(field, `A URL that begins with ${protocols.map((one) => `${one}//`).join(' or ')}.`);
      return;
    }
    const isDatabase = field === 'target.postgres.url';
    if (isDatabase && (url.username === '' || url.pathname.length < 2))
      this.#violation(field, 'Name the user and the database: postgresql://user@host:5432/database.');
    if (url.password !== '' || (!isDatabase && url.username !== ''))
      this.#violation(
        field,
        `No password in the URL: it has a field of its own (${isDatabase ? 'password' : 'auth'}).`,
      );
    if (url.hash !== '') this.#violation(field, 'No fragment: what follows # is not sent.');
    if (isDatabase && url.search !== '')
      this.#violation(field, 'No parameters: what can be set has fields of its own.');
    for (const name of new Set(url.searchParams.keys()))
      if (secretParameter.test(name))
        this.#violation(field, 'No secrets in the URL, which is shown: put them into auth or headers.');
  }

  #checkServers(field: string, servers: readonly string[]): void {
    for (const [index, server] of servers.entries())
      if (!isServer(server))
        this.#violation(`${field}[${index}]`, 'A host and a port, such as broker.example.com:9092.');
  }

  #checkAuthority(field: string, pem: string | undefined): void {
    const objection = pem === undefined ? undefined : objectionToCertificates(pem);
    if (objection !== undefined) this.#violation(field, objection);
  }

  #checkClientCertificate({ certificateData, privateKey }: NonNullable<Webhook['clientCertificate']>): void {
    const path = 'webhook.clientCertificate.privateKey';
    this.#need(path, privateKey);
    const key = this.secrets[path];
    const objection = objectionToCertificates(certificateData);
    if (objection !== undefined)
      this.#violation('target.webhook.clientCertificate.certificateData', objection);
    else if (key !== undefined) {
      const objectionOfKey = objectionToKey(key, certificateData);
      if (objectionOfKey !== undefined) this.#violation(`target.${path}`, objectionOfKey);
    }
  }

  /** A secret that must be there, given or kept. */
  #need(path: string, given: string | undefined): void {
    this.#may(path, given);
    const isTold = this.violations.some(({ field }) => field === `target.${path}`);
    if (this.secrets[path] === undefined && !isTold) this.#violation(`target.${path}`, 'Required.');
  }

  #may(path: string, given: string | undefined): void {
    const value = given ?? this.#takeKept(path);
    if (value !== undefined) this.secrets[path] = value;
  }

  /** The secret from before; undefined, and a violation, if the target has moved away from where that was given for. */
  #takeKept(path: string): string | undefined {
    const kept = this.#kept[path];
    if (kept === undefined || !this.#hasMoved) return kept;
    this.#violation(`target.${path}`, 'Give it again: a secret is not taken along to another address.');
    return undefined;
  }

  #violation(field: string, description: string): void {
    this.violations.push({ field, description });
  }
}
