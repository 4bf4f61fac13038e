/** A page of another origin gets nothing, and changes nothing, in the browser of somebody who is signed in. */
import { createServer } from 'node:http';
import { findFreePort, sharedInstallation } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { newPage, useBrowser } from './support/browser.ts';
import { signedInPage } from './support/sign-in.ts';

useBrowser();
const installation = sharedInstallation();

test('forged forms, calls and live views of another origin are all refused', async () => {
  const { api, apiUrl: origin } = installation();
  const registry = await api.createRegistry({ name: 'greenhouse' });
  const folderId = registry['folderId'] as string;
  const signedIn = await signedInPage({ api, origin }, `/registries?folder=${folderId}`);
  const foreignPort = await findFreePort();
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><link rel="icon" href="data:,">');
  });
  await new Promise<void>((resolve) => server.listen(foreignPort, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  // Another port is another origin, and the same site: the cookie comes along.
  const foreign = `http://127.0.0.1:${foreignPort}`;
  const page = await newPage(foreign, { allowed: /./ }, signedIn.context());
  await page.goto(foreign);
  const answers: { readonly call: string; readonly status: number; readonly isSignedIn: boolean }[] = [];
  const reading: Promise<unknown>[] = [];
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    const request = response.request();
    if (!response.url().startsWith(origin) || request.method() === 'OPTIONS') return;
    const note = async () => {
      const { cookie = '' } = await request.allHeaders();
      const call = `${request.method()} ${pathname}`;
      answers.push({ call, status: response.status(), isSignedIn: cookie.includes('session') });
    };
    reading.push(note());
  });
  const path = `/iot-devices/v1/registries/${registry.id}`;
  const heard = await page.evaluate<string[]>(`(async () => {
    const heard = [];
    const ask = (url, options) => fetch('${origin}' + url, { credentials: 'include', ...options })
      .then(async (answer) => heard.push(answer.type + ' ' + (await answer.text())), () => undefined);
    await ask('${path}', {});
    await ask('${path}', { mode: 'no-cors' });
    await ask('${path}:disable', { method: 'POST', mode: 'no-cors', body: '{}' });
    await ask('${path}', { method: 'DELETE' });
    await ask('/ext/v1/session', { method: 'DELETE', headers: { 'X-Requested-With': 'iotcore-console' } });
    const source = new EventSource('${origin}/ext/v1/registries/${registry.id}/messages:watch', { withCredentials: true });
    await new Promise((resolve) => {
      source.onopen = () => { heard.push('a live view'); resolve(); };
      source.onerror = resolve;
    });
    source.close();
    const form = document.createElement('form');
    form.method = 'POST';
    form.enctype = 'text/plain';
    form.action = '${origin}/iot-devices/v1/registries';
    const field = document.createElement('input');
    field.name = '{"folderId":"${folderId}","name":"forged","x":"';
    field.value = '"}';
    form.append(field);
    document.body.append(form);
    setTimeout(() => form.submit());
    return heard;
  })()`);
  await page.waitForURL(`${origin}/**`);
  // What an answer without leave to read it looks like: nothing.
  expect(heard.filter((one) => one !== 'opaque ')).toEqual([]);
  await Promise.all(reading);
  const callsOf = answers.map(({ call }) => call);
  expect(callsOf).toEqual(expect.arrayContaining([`GET ${path}`, `POST ${path}:disable`]));
  // The form brings the cookie: it is refused for where it comes from.
  const form = { call: 'POST /iot-devices/v1/registries', status: 401, isSignedIn: true };
  expect(answers).toContainEqual(form);
  expect(answers.filter(({ status }) => status < 400)).toEqual([]);
  const found = await api.must('GET', `/iot-devices/v1/registries?folderId=${folderId}`);
  expect(found.registries).toMatchObject([{ name: 'greenhouse', status: 'ACTIVE' }]);
  await signedIn.reload();
  await signedIn.getByRole('link', { name: 'greenhouse' }).waitFor();
});
