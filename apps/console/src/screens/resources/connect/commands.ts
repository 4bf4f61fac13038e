/** Programs that connect as a resource: a device says something, a registry and a broker listen. */
import type { Owner } from '../owner.ts';

export type CommandKind = 'mosquitto' | 'node' | 'python' | 'esp32';

export const commandKinds: readonly { readonly id: CommandKind; readonly title: string }[] = [
  { id: 'mosquitto', title: 'mosquitto' },
  { id: 'node', title: 'Node.js' },
  { id: 'python', title: 'Python' },
  { id: 'esp32', title: 'ESP32' },
];

/** Where MQTT over TLS listens, and whom its clients trust. */
export interface Server {
  readonly host: string;
  readonly port: number;
  /** The certificate of the authority in PEM, if it is the installation's own. */
  readonly ca: string | undefined;
}

export function commandFor(kind: CommandKind, owner: Owner, password: string, server: Server): string {
  const topic = topicOf(owner);
  const speaks = owner.kind === 'device';
  const programs = { mosquitto, node, python, esp32 };
  return programs[kind]({ ...server, topic, speaks, id: owner.id, password });
}

function topicOf({ kind, id }: Owner): string {
  if (kind === 'broker') return 'test';
  return kind === 'device' ? `$devices/${id}/events` : '$devices/+/events/#';
}

interface Facts extends Server {
  readonly id: string;
  readonly password: string;
  readonly topic: string;
  readonly speaks: boolean;
}

function mosquitto({ host, port, id, password, topic, speaks }: Facts): string {
  const login = `-h ${host} -p ${port} --cafile ca.crt -u ${id} -P '${password}' -q 1 -t '${topic}'`;
  return speaks ? `mosquitto_pub ${login} -m hello` : `mosquitto_sub ${login} -v`;
}

function node({ host, port, id, password, topic, speaks }: Facts): string {
  return `import { readFileSync } from "node:fs";
import mqtt from "mqtt";

const client = await mqtt.connectAsync('mqtts://${host}:${port}', {
  ca: readFileSync('ca.crt'),
  username: '${id}',
  password: '${password}',
});
${
  speaks
    ? `await client.publishAsync('${topic}', 'hello', { qos: 1 });
await client.endAsync();`
    : `client.on('message', (topic, payload) => console.log(topic, payload.toString()));
await client.subscribeAsync('${topic}', { qos: 1 });`
}`;
}

function python({ host, port, id, password, topic, speaks }: Facts): string {
  return `import paho.mqtt.client as mqtt

client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
client.tls_set('ca.crt')
client.username_pw_set('${id}', '${password}')
${
  speaks
    ? `client.connect('${host}', ${port})
client.loop_start()
client.publish('${topic}', 'hello', qos=1).wait_for_publish()`
    : `client.on_connect = lambda c, *_: c.subscribe('${topic}', qos=1)
client.on_message = lambda c, u, message: print(message.topic, message.payload)
client.connect('${host}', ${port})
client.loop_forever()`
}`;
}

function esp32({ host, port, ca, id, password, topic, speaks }: Facts): string {
  return `#include <WiFiClientSecure.h>
#include <PubSubClient.h>

const char *ca = R"(${ca?.trim() ?? 'paste the certificate of your authority here'})";
WiFiClientSecure net;
PubSubClient mqtt(net);

void setup() {
  // WiFi.begin(...) first
  net.setCACert(ca);
  mqtt.setServer("${host}", ${port});
  mqtt.connect("esp32", "${id}", "${password}");
  ${speaks ? `mqtt.publish("${topic}", "hello");` : `mqtt.subscribe("${topic}", 1);`}
}

void loop() { mqtt.loop(); }`;
}
