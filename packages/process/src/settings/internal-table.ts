/**
 * Settings for the tests of this repository, checked like all others: real processes get other times than in service, so
 * that what a test shows follows from what it does, and not from how fast the machine is. They promise nothing, and may
 * go at any time; docs/settings.md lists them apart.
 */
import { optional, setting } from './setting.ts';
import { onOff, path, secretText, wholeNumber } from './types.ts';

const dayMs = 86_400_000;
/** From a tick of a timer to longer than any test runs. */
const milliseconds = wholeNumber(1, dayMs);

/** argon2 needs 8 KiB. More than usual is nothing that tests ask for. */
const hashKib = wholeNumber(8, 19_456);

export const internalSettingsTable = {
  passwordHashKib: setting(
    'IOT_INTERNAL_PASSWORD_HASH_KIB',
    hashKib,
    '19456',
    'The memory that the hash of a new password takes, in KiB. Less makes stolen hashes easy to guess.',
  ),
  apiRateWindowMs: optional(
    'IOT_INTERNAL_API_RATE_WINDOW_MS',
    milliseconds,
    'The time in which the API counts the calls of a caller, and the bad credentials of an address. Without it: a second, and a minute.',
  ),
  apiReceiveTimeoutMs: optional(
    'IOT_INTERNAL_API_RECEIVE_TIMEOUT_MS',
    milliseconds,
    'How long the headers of a request may take, and a request as a whole. Without it: 10 s, and 30 s.',
  ),
  apiTakeAnswerMs: optional(
    'IOT_INTERNAL_API_TAKE_ANSWER_MS',
    milliseconds,
    'How long a client of gRPC may take to read an answer, from the end of its call. Without it: 30 s.',
  ),
  mqttConnectTimeoutMs: setting(
    'IOT_INTERNAL_MQTT_CONNECT_TIMEOUT_MS',
    milliseconds,
    '10000',
    'How long a TLS handshake may take, and then CONNECT.',
  ),
  mqttLoginRefill: setting(
    'IOT_INTERNAL_MQTT_LOGIN_REFILL',
    onOff,
    'on',
    'Whether failed logins are forgiven as time passes.',
  ),
  mqttTickFromPerSecond: setting(
    'IOT_INTERNAL_MQTT_TICK_FROM_PER_SECOND',
    wholeNumber(0, 1_000_000),
    '5000',
    'From so many messages a second on they wait for others, for up to `IOT_MQTT_TICK_MS`.',
  ),
  mqttWrongPasswordBeatMs: setting(
    'IOT_INTERNAL_MQTT_WRONG_PASSWORD_BEAT_MS',
    milliseconds,
    '250',
    'Wrong passwords are answered at multiples of this after they came.',
  ),
  mqttRateWindowMs: setting(
    'IOT_INTERNAL_MQTT_RATE_WINDOW_MS',
    milliseconds,
    '1000',
    'The time in which senders may publish as many messages as `IOT_…_MESSAGES_PER_SECOND` says.',
  ),
  mqttChangesPollMs: setting(
    'IOT_INTERNAL_MQTT_CHANGES_POLL_MS',
    milliseconds,
    '500',
    'How often the MQTT process looks for changes that no notification announced.',
  ),
  mqttLogFlushMs: setting(
    'IOT_INTERNAL_MQTT_LOG_FLUSH_MS',
    milliseconds,
    '500',
    'How long a line of the connection log may wait for others before they are written.',
  ),
  mqttMonitoringRoundMs: setting(
    'IOT_INTERNAL_MQTT_MONITORING_ROUND_MS',
    milliseconds,
    '1000',
    'How often `$monitoring` is told what devices did; every other time it is saved.',
  ),
  mqttSilentMinuteMs: setting(
    'IOT_INTERNAL_MQTT_SILENT_MINUTE_MS',
    milliseconds,
    '60000',
    'How long each of the `IOT_DEVICE_SILENT_MINUTES` is.',
  ),
  mqttWarmUp: setting(
    'IOT_INTERNAL_MQTT_WARM_UP',
    onOff,
    'on',
    'Whether code is run before the listeners open, so that it is compiled when a fleet comes. Half a second that most tests do not need.',
  ),
  mqttRepeatedLineMs: setting(
    'IOT_INTERNAL_MQTT_REPEATED_LINE_MS',
    milliseconds,
    '10000',
    'How often a line of the log that repeats is written at most.',
  ),
  clusterSockets: optional(
    'IOT_INTERNAL_CLUSTER_SOCKETS',
    path,
    'The folder of the sockets over which the MQTT processes of `npm start` reach each other.',
  ),
  clusterNewestFrame: optional(
    'IOT_INTERNAL_CLUSTER_NEWEST_FRAME',
    wholeNumber(1, 255),
    'The newest version of frames that this MQTT process speaks with the other nodes. Without it: the newest that it knows.',
  ),
  mqttTicketSecret: optional(
    'IOT_INTERNAL_MQTT_TICKET_SECRET',
    secretText,
    'What the MQTT processes of one `npm start` make the keys of their TLS session tickets of.',
  ),
  endsWithParent: setting(
    'IOT_INTERNAL_ENDS_WITH_PARENT',
    onOff,
    'off',
    'Whether the process stops when the one that started it has ended, as those of `npm start` do: npm cannot pass on that it was killed.',
  ),
  loadsOnly: setting(
    'IOT_INTERNAL_LOADS_ONLY',
    onOff,
    'off',
    'Whether the process ends once it has loaded its code, so that what was compiled lies in the cache for the next.',
  ),
  mqttBesideOthers: setting(
    'IOT_INTERNAL_MQTT_BESIDE_OTHERS',
    onOff,
    'off',
    'May an MQTT process start beside others on its database that know nothing of it? Each has subscribers of its own then.',
  ),
} as const;
