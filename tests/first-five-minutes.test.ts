/** What a newcomer does: `npm start`, then the two lines that it prints, in two other terminals. */
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { get as getOverTls } from 'node:https';
import { join } from 'node:path';
import { connectMqtt, fullTest, type MqttOptions } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { folderWithDatabase, npmStart, temporaryFolder } from './lifecycle/support/npm-start.ts';
import { shellWords } from './shell-words.ts';

/** The options of a printed mosquitto line, read as mosquitto reads them. */
function options(line: string): Map<string, string> {
  const words = shellWords(line);
  const found = new Map<string, string>();
  for (let at = 1; at < words.length; at += 2) found.set(words[at] ?? '', words[at + 1] ?? '');
  return found;
}

/** A client of MQTT.js that does what mosquitto would with these options. */
async function asMosquitto(given: Map<string, string>): Promise<MqttOptions> {
  const need = (name: string) => {
    const value = given.get(name);
    if (value === undefined) throw new Error(`the printed line has no ${name}`);
    return value;
  };
  return {
    host: need('-h'),
    port: Number(need('-p')),
    caPem: await readFile(need('--cafile'), 'utf8'),
    username: need('-u'),
    password: need('-P'),
  };
}

/** Asks for the page, over TLS as somebody who trusts this authority alone. */
async function statusOf(url: string, ca: string): Promise<number> {
  const asked = url.startsWith('https:') ? getOverTls(url, { ca }) : get(url);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode ?? 0;
}

test('the two lines that npm start prints exchange a message over TLS', async () => {
  const { dataDir, command } = await npmStart(await temporaryFolder());
  const subscriberLine = await command.line(/^mosquitto_sub /);
  const publisherLine = await command.line(/^mosquitto_pub /);
  const toHear = options(subscriberLine);
  const toSay = options(publisherLine);
  const registry = await connectMqtt(await asMosquitto(toHear));
  expect(await registry.subscribe(toHear.get('-t') ?? '')).not.toContain(0x80);
  const device = await connectMqtt(await asMosquitto(toSay));
  await device.publish(toSay.get('-t') ?? '', toSay.get('-m') ?? '');
  const heard = await registry.messages.next();
  expect(heard.topic).toBe(toSay.get('-t'));
  expect(heard.payload.toString()).toBe(toSay.get('-m'));

  const sample = JSON.parse(await readFile(join(dataDir, 'sample.json'), 'utf8'));
  expect([toHear.get('-u'), toHear.get('-P')]).toEqual([sample.registryId, sample.registryPassword]);
  expect([toSay.get('-u'), toSay.get('-P')]).toEqual([sample.deviceId, sample.devicePassword]);

  command.kill('SIGINT');
  expect(await command.status()).toBe(0);
});

fullTest('npm start says where everything is', async () => {
  const { dataDir, command } = await npmStart(await folderWithDatabase());
  const urls = command.text.match(/https?:\/\/[^\s'"]+/g) ?? [];
  const ca = await readFile(join(dataDir, 'ca.crt'), 'utf8');
  const answers = await Promise.all(urls.map((url) => statusOf(url, ca)));
  expect(urls.some((url) => url.endsWith('/docs'))).toBe(true);
  expect(answers.filter((status) => status >= 500)).toEqual([]);
  for (const file of ['ca.crt', 'admin.token', 'sample.json']) {
    expect((await stat(join(dataDir, file))).isFile()).toBe(true);
  }
  expect(command.text).toContain(join(dataDir, 'ca.crt'));
  expect(command.text).toContain(join(dataDir, 'admin.token'));
  for (const secret of ['admin.token', 'sample.json']) {
    expect((await stat(join(dataDir, secret))).mode & 0o777).toBe(0o600);
  }
  const token = (await readFile(join(dataDir, 'admin.token'), 'utf8')).trim();
  expect(command.text, 'the token itself is not printed').not.toContain(token);
});
