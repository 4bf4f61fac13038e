/** MQTT.js in a page of somebody's own, over our WebSocket listener. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { findFreePort, makePassword, repositoryRoot, sharedInstallation } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { newPage, useBrowser } from './support/browser.ts';

useBrowser();
const library = readFileSync(join(repositoryRoot, 'node_modules/mqtt/dist/mqtt.min.js'), 'utf8');
const pagePort = await findFreePort();
const pageOrigin = `http://127.0.0.1:${pagePort}`;
const installation = sharedInstallation({ env: { IOT_WS_PORT: '0', IOT_WS_ALLOWED_ORIGINS: pageOrigin } });

test('a page exchanges messages with a registry through MQTT.js', async () => {
  const { api } = installation();
  const { listeners } = await api.must('GET', '/ext/v1/installation');
  const url = (listeners.ws as string).replace('0.0.0.0', '127.0.0.1');
  const password = makePassword();
  const { id: registryId } = await api.createRegistry({ password });
  const { id: deviceId } = await api.createDevice(registryId, { password });
  const server = createServer((request, response) => {
    const isLibrary = request.url === '/mqtt.js';
    response.setHeader('content-type', isLibrary ? 'text/javascript' : 'text/html');
    response.end(
      isLibrary ? library : '<!doctype html><link rel="icon" href="data:,"><script src="/mqtt.js"></script>',
    );
  });
  await new Promise<void>((resolve) => server.listen(pagePort, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const page = await newPage(pageOrigin);
  await page.goto(pageOrigin);
  const given = JSON.stringify({ url, registryId, deviceId, password });
  const received = await page.evaluate<string[]>(`(async ({ url, registryId, deviceId, password }) => {
    const open = (username) =>
      mqtt.connectAsync(url, { username, password, protocolVersion: 4, reconnectPeriod: 0 });
    const [registry, device] = [await open(registryId), await open(deviceId)];
    const heard = [];
    const both = new Promise((resolve) => {
      const hear = (topic, payload) => heard.push(topic + ' ' + payload) === 2 && resolve();
      registry.on('message', hear);
      device.on('message', hear);
    });
    await registry.subscribeAsync('$devices/' + deviceId + '/events', { qos: 1 });
    await device.subscribeAsync('$devices/' + deviceId + '/commands', { qos: 1 });
    await device.publishAsync('$devices/' + deviceId + '/events', 'warm', { qos: 1 });
    await registry.publishAsync('$devices/' + deviceId + '/commands', 'open', { qos: 1 });
    await both;
    await Promise.all([registry.endAsync(), device.endAsync()]);
    return heard.sort();
  })(${given})`);
  expect(received).toEqual([`$devices/${deviceId}/commands open`, `$devices/${deviceId}/events warm`]);
});
