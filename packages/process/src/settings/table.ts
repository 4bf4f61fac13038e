/**
 * Every setting of every process, in one table (those for tests are in another): what reads the environment, checks it and documents it (docs/settings.md)
 * is derived from here. A number carries its unit at the end of its name.
 */
import type { internalSettingsTable } from './internal-table.ts';
import { optional, type Setting, setting } from './setting.ts';
import {
  databaseUrl,
  file,
  host,
  hostAndPort,
  httpUrl,
  nameList,
  natsPrefix,
  natsServers,
  networkList,
  oneOf,
  onOff,
  originList,
  path,
  port,
  portOrOff,
  processCount,
  proxyField,
  url,
  wholeNumber,
} from './types.ts';

export const settingsTable = {
  dataDir: setting(
    'IOT_DATA_DIR',
    path,
    './data',
    'The folder that holds everything this installation must keep: the embedded database, keys, certificates, tokens.',
  ),
  databaseUrl: optional(
    'DATABASE_URL',
    databaseUrl,
    'The Postgres to use. Without it an embedded one is started in the data folder.',
  ),
  databasePoolSize: setting(
    'IOT_DATABASE_POOL_SIZE',
    wholeNumber(2, 200),
    '10',
    'Connections to Postgres that each process opens at most (and one more for the change feed). The MQTT process keeps half of them for logins and rights, three tenths for storing messages, a fifth for reading stored ones.',
  ),
  apiHost: setting('IOT_API_HOST', host, '127.0.0.1', 'Where the management API listens.'),
  apiPort: setting('IOT_API_PORT', port, '8080', 'The port of the management API.'),
  apiTlsHost: setting(
    'IOT_API_TLS_HOST',
    host,
    '0.0.0.0',
    'Where the management API listens inside TLS: REST and gRPC at one port, with the certificate of MQTT over TLS.',
  ),
  apiTlsPort: setting(
    'IOT_API_TLS_PORT',
    portOrOff,
    '8443',
    'The port of REST and gRPC inside TLS. Set it to nothing (`IOT_API_TLS_PORT=`) to switch it off.',
  ),
  apiGrpcPort: setting(
    'IOT_API_GRPC_PORT',
    portOrOff,
    '',
    'A port of cleartext HTTP/2 (gRPC and REST) at `IOT_API_HOST`, for a proxy that ends TLS. Without it there is none.',
  ),
  grpcAddress: optional(
    'IOT_GRPC_ADDRESS',
    hostAndPort,
    'What the clients of the gRPC API reach it by: they ask for it at their first call. Without it: the name that the call itself was made to, which is right where no proxy changes it.',
  ),
  console: setting(
    'IOT_CONSOLE',
    onOff,
    'on',
    'Whether the API serves the web console at `/console/`, and `npm start` builds it. Everything that it does the API does without it.',
  ),
  apiCallsPerSecond: setting(
    'IOT_API_CALLS_PER_SECOND',
    wholeNumber(1, 1_000_000),
    '2000',
    'Calls that one caller may make in a second; beyond, the API answers 429 with `Retry-After`.',
  ),
  apiTrustedProxies: setting(
    'IOT_API_TRUSTED_PROXIES',
    networkList,
    '',
    "Networks of proxies in front of the management API. From there the client's address is taken from `X-Forwarded-For` (the last one in it that is no such proxy's), for rate limits, the log and the audit trail; from anywhere else the header is ignored.",
  ),
  apiMetricsHost: setting(
    'IOT_API_METRICS_HOST',
    host,
    '127.0.0.1',
    'Where the API process serves `/metrics`, for Prometheus, if `IOT_API_METRICS_PORT` is set.',
  ),
  apiMetricsPort: optional(
    'IOT_API_METRICS_PORT',
    port,
    'The port of `/metrics` of the API process. Without it there is no such page.',
  ),
  iamAudience: optional(
    'IOT_IAM_AUDIENCE',
    url,
    'A further `aud` that the JWTs of service accounts may have, beside that of the old service: the address that clients know the API by, with `/iam/v1/tokens` after it.',
  ),
  quotaRegistriesPerFolder: optional(
    'IOT_QUOTA_REGISTRIES_PER_FOLDER',
    wholeNumber(0, 1_000_000),
    'Registries that a folder may have at most. Without it there is no such limit.',
  ),
  quotaDevicesPerFolder: optional(
    'IOT_QUOTA_DEVICES_PER_FOLDER',
    wholeNumber(0, 100_000_000),
    'Devices that a folder may have at most. Without it there is no such limit.',
  ),
  quotaBrokersPerFolder: optional(
    'IOT_QUOTA_BROKERS_PER_FOLDER',
    wholeNumber(0, 1_000_000),
    'Brokers that a folder may have at most. Without it there is no such limit.',
  ),
  connectionLogDays: setting(
    'IOT_CONNECTION_LOG_DAYS',
    wholeNumber(1, 3650),
    '30',
    'How long the connection log is kept, and what is known of refused clients.',
  ),
  operationDays: setting(
    'IOT_OPERATION_DAYS',
    wholeNumber(2, 3650),
    '90',
    'How long the operations of the API are kept.',
  ),
  auditDays: setting('IOT_AUDIT_DAYS', wholeNumber(1, 3650), '365', 'How long audit events are kept.'),
  mqttsHost: setting('IOT_MQTTS_HOST', host, '0.0.0.0', 'Where MQTT over TLS listens.'),
  mqttsPort: setting('IOT_MQTTS_PORT', port, '8883', 'The port of MQTT over TLS.'),
  mqttHost: setting(
    'IOT_MQTT_HOST',
    host,
    '127.0.0.1',
    'Where MQTT over plain TCP listens. Passwords cross it unencrypted: for local development.',
  ),
  mqttPort: setting(
    'IOT_MQTT_PORT',
    portOrOff,
    '1883',
    'The port of MQTT over plain TCP. Set it to nothing (`IOT_MQTT_PORT=`) to switch plain TCP off, as in production.',
  ),
  wsPort: setting(
    'IOT_WS_PORT',
    portOrOff,
    '',
    'The port of MQTT over WebSocket without TLS, at the host of MQTT over plain TCP (`IOT_MQTT_HOST`), path `/mqtt`. Off unless it is set; 8083 by habit.',
  ),
  wssPort: setting(
    'IOT_WSS_PORT',
    portOrOff,
    '',
    'The same inside TLS, at the host of MQTT over TLS (`IOT_MQTTS_HOST`). Off unless it is set; 8084 by habit.',
  ),
  wsAllowedOrigins: setting(
    'IOT_WS_ALLOWED_ORIGINS',
    originList,
    '',
    'Origins whose pages may connect by MQTT over WebSocket. Without any, pages of every origin may; clients that are no pages always.',
  ),
  mqttAdminHost: setting(
    'IOT_MQTT_ADMIN_HOST',
    host,
    '127.0.0.1',
    'Where the MQTT process serves `/livez`, `/readyz` and `/metrics`.',
  ),
  mqttAdminPort: setting(
    'IOT_MQTT_ADMIN_PORT',
    port,
    '9464',
    'The port of `/livez`, `/readyz` and `/metrics` of the MQTT process.',
  ),
  mqttAdminUrl: optional(
    'IOT_MQTT_ADMIN_URL',
    httpUrl,
    'Where the API reaches this MQTT process to publish. Needed if that is not its admin host and port.',
  ),
  mqttMaxConnections: setting(
    'IOT_MQTT_MAX_CONNECTIONS',
    wholeNumber(1, 1_000_000),
    '50000',
    'MQTT connections at the same time, of all clients together. One costs some 10 KiB, over TLS some 50 KiB.',
  ),
  mqttMaxConnectionsPerAddress: setting(
    'IOT_MQTT_MAX_CONNECTIONS_PER_ADDRESS',
    wholeNumber(1, 1_000_000),
    '20000',
    'MQTT connections at the same time from one address (of IPv6: one /64), so that one host cannot take all places.',
  ),
  mqttMaxConnectionsPerPrincipal: setting(
    'IOT_MQTT_MAX_CONNECTIONS_PER_PRINCIPAL',
    wholeNumber(1, 1_000_000),
    '1000',
    'MQTT sessions at the same time of one device, or of one registry itself, under client IDs of their choice: a stolen password must not take the places of a whole fleet. Beyond, CONNECT is answered with code 3.',
  ),
  mqttMaxConnectionsPerTenant: optional(
    'IOT_MQTT_MAX_CONNECTIONS_PER_TENANT',
    wholeNumber(1, 1_000_000),
    'MQTT sessions at the same time of one registry and its devices together, or of one broker. Beyond, CONNECT is answered with code 3. Without it: nine tenths of `IOT_MQTT_MAX_CONNECTIONS`, so that a tenth is left for the others.',
  ),
  mqttMaxHandshakes: setting(
    'IOT_MQTT_MAX_HANDSHAKES',
    wholeNumber(10, 1_000_000),
    '2000',
    'TLS handshakes under way at the same time, each at some 60 KiB. Beyond: new connections wait, up to 10 s.',
  ),
  mqttMaxHandshakesPerAddress: setting(
    'IOT_MQTT_MAX_HANDSHAKES_PER_ADDRESS',
    wholeNumber(1, 1_000_000),
    '500',
    'Of these from one address (of IPv6: one /64), so that one host can neither keep the others out nor fill the memory.',
  ),
  mqttMaxWaitingBytesPerTenant: setting(
    'IOT_MQTT_MAX_WAITING_BYTES_PER_TENANT',
    wholeNumber(1_048_576, 1_000_000_000_000),
    '134217728',
    'Bytes that wait in memory for all subscribers of one registry with its devices, or of one broker, which do not read them. Beyond: the subscriber for which more would wait is disconnected. All tenants together have 512 MiB.',
  ),
  mqttMaxSubscriptionBytesPerTenant: setting(
    'IOT_MQTT_MAX_SUBSCRIPTION_BYTES_PER_TENANT',
    wholeNumber(1_048_576, 1_000_000_000_000),
    '268435456',
    'Memory of the subscriptions of all clients of one registry with its devices, or of one broker: 300 bytes for each filter, its text, and 256 for each level of one with wildcards. Beyond: a filter is refused.',
  ),
  deviceSilentMinutes: optional(
    'IOT_DEVICE_SILENT_MINUTES',
    wholeNumber(1, 10_080),
    'After how many minutes without a message a device that was connected counts as silent: a line in its connection log, one in the log of the MQTT server, and `iotcore_mqtt_devices_silent_total`. Without it nobody is told.',
  ),
  mqttMetricsTenants: setting(
    'IOT_MQTT_METRICS_TENANTS',
    wholeNumber(0, 1000),
    '20',
    'Registries and brokers that the metrics page of an MQTT process shows by themselves: those with the most messages. Each is eight series for Prometheus.',
  ),
  mqttMaxRetainedReadersPerTenant: setting(
    'IOT_MQTT_MAX_STORED_READERS_PER_TENANT',
    wholeNumber(1, 1000),
    '4',
    'Pages of retained messages that are read from the database at the same time for one registry with its devices. Others wait.',
  ),
  mqttMaxUnstoredBytesPerTenant: setting(
    'IOT_MQTT_MAX_UNSTORED_BYTES_PER_TENANT',
    wholeNumber(1_048_576, 67_108_864),
    '33554432',
    'Bytes of messages on permanent topics of one registry and its devices that wait to be stored (each counts 512 more). Beyond: the publisher is disconnected before its message is acknowledged. All registries together have 64 MiB.',
  ),
  mqttMaxPendingLookupsPerTenant: setting(
    'IOT_MQTT_MAX_PENDING_LOOKUPS_PER_TENANT',
    wholeNumber(100, 1_000_000),
    '20000',
    'Devices and aliases that are looked up at the same time for what the clients of one tenant publish and subscribe to. Beyond: a filter is refused, a publisher disconnected.',
  ),
  quotaPermanentTopicsPerDevice: setting(
    'IOT_QUOTA_PERMANENT_TOPICS_PER_DEVICE',
    wholeNumber(0, 100_000_000),
    '10000',
    'Permanent topics of one device (subtopics of its `state` and `config`) that may have a retained message. Beyond: by MQTT the connection is closed, by the API `RESOURCE_EXHAUSTED`. At four fifths its connection log has a warning.',
  ),
  quotaPermanentBytesPerDevice: setting(
    'IOT_QUOTA_PERMANENT_BYTES_PER_DEVICE',
    wholeNumber(0, 1_000_000_000_000),
    '67108864',
    'Bytes of these topics and their messages together.',
  ),
  quotaPermanentTopicsPerRegistry: setting(
    'IOT_QUOTA_PERMANENT_TOPICS_PER_REGISTRY',
    wholeNumber(0, 100_000_000),
    '100000',
    "The same for a registry's own permanent topics (`$registries/…`); those of its devices are not among them.",
  ),
  quotaPermanentBytesPerRegistry: setting(
    'IOT_QUOTA_PERMANENT_BYTES_PER_REGISTRY',
    wholeNumber(0, 1_000_000_000_000),
    '1073741824',
    'Bytes of these topics and their messages together.',
  ),
  exportMetricsHost: setting(
    'IOT_EXPORT_METRICS_HOST',
    host,
    '127.0.0.1',
    'Where the export process shows its metrics.',
  ),
  exportMetricsPort: setting(
    'IOT_EXPORT_METRICS_PORT',
    portOrOff,
    '',
    'The port where it shows its metrics and its health (`/metrics`, `/livez`, `/readyz`). Without it there is none.',
  ),
  exportStoreBytes: setting(
    'IOT_EXPORT_STORE_BYTES',
    wholeNumber(1_048_576, 1_000_000_000_000_000),
    '10737418240',
    'What the logs of all exports may have together: the sum of their `backlog.maxBytes`. An export that would go beyond is not created.',
  ),
  dataStreamsFile: optional(
    'IOT_DATA_STREAMS_FILE',
    file,
    'A JSON file that says where the servers of data streams are, by database, for exports that are added as the old service added them ([exports.md](exports.md#data-streams)). It holds passwords: nobody else should read it. Read when the management API starts.',
  ),
  exportAllowedNetworks: setting(
    'IOT_EXPORT_ALLOWED_NETWORKS',
    networkList,
    '',
    'Networks that exports may reach although they are private or loopback, and that plain http may go into. Metadata addresses of clouds, and the ports of this installation, are refused all the same.',
  ),
  mqttProxyProtocolFrom: setting(
    'IOT_MQTT_PROXY_PROTOCOL_FROM',
    networkList,
    '',
    "Networks of proxies in front of the MQTT listeners. Connections from there must begin with a PROXY protocol header (version 1 or 2), and the address in it counts as the client's; from anywhere else none is taken (see [connections.md](connections.md)).",
  ),
  mqttProxyCertificateField: optional(
    'IOT_MQTT_PROXY_CERTIFICATE_FIELD',
    proxyField,
    'The field of a PROXY header (version 2) in which a proxy that ends TLS, from `IOT_MQTT_PROXY_PROTOCOL_FROM`, tells the SHA-256 of the certificate that a client has shown: 32 bytes, or 64 characters of hex. It counts like the certificate itself. Without it: none does (see [connections.md](connections.md#tls-that-ends-at-a-proxy)).',
  ),
  deviceMessagesPerSecond: optional(
    'IOT_DEVICE_MESSAGES_PER_SECOND',
    wholeNumber(1, 1_000_000),
    'Messages that one device may publish by MQTT in a second. Beyond: QoS 0 is dropped, QoS 1 waits. Without it: any number.',
  ),
  registryMessagesPerSecond: optional(
    'IOT_REGISTRY_MESSAGES_PER_SECOND',
    wholeNumber(1, 1_000_000),
    'The same for what one registry itself publishes.',
  ),
  brokerMessagesPerSecond: optional(
    'IOT_BROKER_MESSAGES_PER_SECOND',
    wholeNumber(1, 1_000_000),
    'The same for what all clients of one broker publish.',
  ),
  mqttEngine: setting(
    'IOT_MQTT_ENGINE',
    oneOf('native', 'aedes'),
    'native',
    'The engine that speaks MQTT: our own, or aedes behind the same port (see decisions/0011-engine-differences.md).',
  ),
  mqttTickMs: setting(
    'IOT_MQTT_TICK_MS',
    wholeNumber(0, 20),
    '1',
    'How long a message may wait for others, ms, so that they are handled together and cost less. It only does while more than 5,000 a second come from clients that were silent before. `0`: never, for the least latency at up to twice the CPU (see decisions/0014-messages-that-come-alone.md).',
  ),
  mqttProcesses: setting(
    'IOT_MQTT_PROCESSES',
    processCount,
    '1',
    'MQTT processes that `npm start` runs behind the same ports, as one cluster (see cluster.md). `auto`: as many as there are cores, less one. More than one need Linux.',
  ),
  natsServers: optional(
    'IOT_NATS_SERVERS',
    natsServers,
    'The NATS servers over which this MQTT process reaches the others of its cluster. Without it a process of its own is alone (see cluster.md).',
  ),
  natsInsecure: setting(
    'IOT_NATS_INSECURE',
    onOff,
    'off',
    'May NATS be reached without TLS beyond this machine? Everybody who can read that network reads every message.',
  ),
  natsCredentialsFile: optional(
    'IOT_NATS_CREDENTIALS_FILE',
    file,
    'The credentials (`.creds`) of the NATS account. It should be an account of its own: a client that reaches its subjects can speak for any tenant.',
  ),
  natsCaFile: optional(
    'IOT_NATS_CA_FILE',
    file,
    'PEM file of the authority that signed the certificates of the NATS servers. Without it those that Node knows.',
  ),
  natsPrefix: setting(
    'IOT_NATS_PREFIX',
    natsPrefix,
    'iotcore',
    'What the subjects of this installation begin with.',
  ),
  clusterLinkBytes: setting(
    'IOT_CLUSTER_LINK_BYTES',
    wholeNumber(1_048_576, 1_073_741_824),
    '16777216',
    'Bytes that may be on their way to one other node of the cluster and not acknowledged. Beyond, messages at QoS 0 for it are dropped; at four times as much, publishers at QoS 1 are disconnected.',
  ),
  clusterGraceSeconds: setting(
    'IOT_CLUSTER_GRACE_SECONDS',
    wholeNumber(20, 600),
    '60',
    'How long the nodes of a cluster acknowledge messages while the database is away, and how long the first node to start waits for those that did not say that they ended. It must be the same for all nodes: one with less may go on without others that still acknowledge (docs/cluster.md).',
  ),
  tlsCertFile: optional(
    'IOT_TLS_CERT_FILE',
    file,
    'PEM file with the certificate chain of the TLS listener. Without it one is made by an own authority (`ca.crt` in the data folder).',
  ),
  tlsKeyFile: optional('IOT_TLS_KEY_FILE', file, 'PEM file with the private key to `IOT_TLS_CERT_FILE`.'),
  tlsNames: setting(
    'IOT_TLS_NAMES',
    nameList,
    '',
    'Further names and addresses that the own server certificate is made for, with commas between: what devices call this server.',
  ),
  expiredCertificates: setting(
    'IOT_EXPIRED_CERTIFICATES',
    oneOf('refuse', 'accept'),
    'refuse',
    'Whether a registered client certificate may log in outside its dates. Fleets in the field do have expired ones.',
  ),
  sample: setting(
    'IOT_SAMPLE',
    onOff,
    'on',
    'Whether the first start on an empty embedded database creates a sample registry and device (`sample.json` in the data folder).',
  ),
  logLevel: setting(
    'IOT_LOG_LEVEL',
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    'info',
    'The least important log lines that are written.',
  ),
} as const;

type Table = typeof settingsTable & typeof internalSettingsTable;

/** All settings, read and checked. Paths are absolute. */
export type Settings = {
  readonly [Name in keyof Table]: Table[Name] extends Setting<infer Value> ? Value : never;
};
