/**
 * Why a client was refused: for each reason that the MQTT server gives, the rule in a sentence, and where to look next. A
 * reason is a code: people search for it, so it never changes. A session that ends for a reason which stands here was ended
 * because its client did what is not allowed.
 */
const written: Readonly<Record<string, string>> = {
  // Credentials.
  'unknown user name or wrong password':
    'The user name must be the ID of a registry, device or broker, and the password one of its passwords.',
  'user name without password':
    'A user name needs a password beside it; a client with a certificate needs no user name.',
  'neither password nor certificate':
    'A client must show a password or a certificate; a certificate only comes over TLS.',
  'unknown certificate':
    'The certificate must be one that a registry, device or broker was given, byte for byte.',
  'certificate expired':
    'A certificate is accepted until its end; IOT_EXPIRED_CERTIFICATES=accept lets expired ones in.',
  'certificate not yet valid': 'A certificate is accepted from its beginning on: is the clock right?',
  'certificate of another than the user name':
    'A user name beside a certificate must be the ID of its owner, or be empty.',
  'password not adopted: address outside the allowed networks':
    'Passwords are adopted from the networks alone that password adoption names.',
  'password not adopted: it is empty': 'An empty password is never adopted.',
  'password not adopted: it is too long':
    'A password that is longer than the API takes is not adopted either.',
  'password not adopted: too many first connections from this address':
    'Password adoption takes so many first connections of an address in a minute as it was set to.',
  'registry disabled': 'A disabled registry and its devices may not connect until it is enabled.',
  'disabled by an operator':
    'A disabled device or broker may not connect until it is enabled, or the time that was said has come.',
  'address blocked': 'A blocked address range may not connect until the time that was said has come.',
  'credentials could not be checked':
    'Credentials are checked against the database, which did not answer in time: the client may come again.',
  'too many wrong passwords':
    'After a number of wrong passwords an address, or an ID, has to wait before it may try again.',
  'too many connections of this device or registry':
    'One device or registry has at most IOT_MQTT_MAX_CONNECTIONS_PER_PRINCIPAL connections.',
  'too many connections of the registry with its devices, or of the broker':
    'A registry with its devices, or a broker, has at most IOT_MQTT_MAX_CONNECTIONS_PER_TENANT connections.',
  'too many passwords are being checked': 'Passwords wait to be checked; the client may come again.',

  // WebSocket.
  'origin not allowed':
    'Pages may connect whose origin stands in IOT_WS_ALLOWED_ORIGINS: add that of the page.',
  'path of the WebSocket is not /mqtt': 'MQTT over WebSocket is at the path /mqtt.',
  'WebSocket without the subprotocol mqtt': 'A WebSocket must offer the subprotocol mqtt.',
  'no WebSocket handshake': 'This port speaks MQTT over WebSocket: what came is no request of HTTP.',

  // CONNECT.
  'no CONNECT in time': 'A client must send CONNECT within ten seconds.',
  'client ID is empty without clean session': 'An empty client ID needs the clean session flag.',
  'client ID is longer than allowed': 'A client ID has at most 1,024 bytes.',
  'will not allowed': 'The topic of a will must be one that the client may publish to.',
  'MQTT 3.1 instead of 3.1.1': 'MQTT 3.1.1 is spoken here: set the client to protocol version 4.',
  'MQTT 5 instead of 3.1.1': 'MQTT 3.1.1 is spoken here: set the client to protocol version 4.',
  'protocol level is not 4': 'MQTT 3.1.1 is spoken here: set the client to protocol version 4.',

  // Topics.
  'publish not allowed':
    "A client may publish to topics of its own, by their names or its registry's aliases; other topics end its session.",
  'subscription not allowed':
    'A client may subscribe to topics of its own; other filters are answered with 0x80.',
  'permanent quota used up': 'A device or registry may store so much on permanent topics as its quota says.',

  // The transport.
  'client does not trust the server certificate':
    "The client must trust the authority of the server's certificate (ca.crt in the data folder), and know the server by a name in it (IOT_TLS_NAMES).",
  'client ended the TLS handshake':
    'The client hung up before TLS was set up: most do so if they do not trust the certificate of the server.',
  'no common TLS version or cipher':
    'TLS 1.2 or 1.3 is needed, with an ECDHE key exchange and AES-GCM, AES-CCM or ChaCha20.',
  'TLS handshake too slow': 'A TLS handshake must be done within ten seconds.',
  'TLS handshake failed': 'TLS could not be set up: the detail has the code of OpenSSL.',
  'MQTT without TLS on the TLS port':
    'This port speaks TLS: set the client to TLS, or to the port of MQTT without TLS (IOT_MQTT_PORT).',
  'no TLS on the TLS port': 'This port speaks TLS, and nothing else.',
  'TLS instead of MQTT': 'This port speaks MQTT without TLS: the port for TLS is another (IOT_MQTTS_PORT).',
  'HTTP instead of MQTT': 'This port speaks MQTT: the API has a port of its own.',
  'unexpected PROXY header':
    'A PROXY header is taken from the networks of IOT_MQTT_PROXY_PROTOCOL_FROM alone: add that of the proxy.',
  'missing PROXY header':
    'Connections from the networks of IOT_MQTT_PROXY_PROTOCOL_FROM must begin with a PROXY header: switch it on in the proxy.',
  'total connections': 'All clients together have at most IOT_MQTT_MAX_CONNECTIONS connections.',
  'connections of the address': 'One address has at most IOT_MQTT_MAX_CONNECTIONS_PER_ADDRESS connections.',
  'time to wait': 'A new connection waits ten seconds at most for the server to have time for it.',
};

/** What MQTT 3.1.1 says of bytes: the reason itself tells which of its statements they break. */
const standard =
  'What a client sends must be MQTT 3.1.1 as its standard writes it, within the limits of this server.';
const packetReasons = [
  'packet type is reserved',
  'packet type is for servers only',
  'reserved flags of the header are wrong',
  'QoS 2 is not supported',
  'both QoS bits are set',
  'DUP is set at QoS 0',
  'remaining length has more than four bytes',
  'remaining length does not fit the packet type',
  'packet is larger than allowed',
  'payload is larger than allowed',
  'a field reaches past the end of the packet',
  'bytes are left over after the last field',
  'text is not well-formed UTF-8',
  'text holds the null character',
  'text holds a control character or a noncharacter',
  'packet identifier is 0',
  'topic is empty',
  'topic holds a wildcard',
  'topic is longer than allowed',
  'topic has more levels than allowed',
  'filter has a wildcard in the wrong place',
  'packet names no filter',
  'packet names more filters than allowed',
  'requested QoS is neither 0, 1 nor 2',
  'protocol name is not MQTT',
  'reserved connect flag is set',
  'will flags contradict each other',
  'will QoS is 3',
  'password without user name',
  'first packet is not CONNECT',
  'second CONNECT',
];

const rules: ReadonlyMap<string, string> = new Map([
  ...packetReasons.map((reason): [string, string] => [reason, standard]),
  ...Object.entries(written),
]);

export const refusalReasons: readonly string[] = [...rules.keys()];

/** The rule that a refused client broke, as a sentence; undefined for what is no refusal. */
export function refusalRule(reason: string): string | undefined {
  return rules.get(reason);
}
