import { expect, test } from 'vitest';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();
const get = (path: string) => fetch(new URL(path, installation().apiUrl), { redirect: 'follow' });

test('the documentation page and its document are there without credentials', async () => {
  const page = await get('/docs');
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('swagger-ui');
  const document = (await (await get('/docs/json')).json()) as { paths: object };
  expect(Object.keys(document.paths)).toContain('/iot-devices/v1/registries/{registryId}:enable');
});

test('health is told without credentials, and nothing else with it', async () => {
  for (const path of ['/livez', '/readyz']) {
    const answer = await get(path);
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
    expect(answer.headers.get('x-request-id')).not.toBeNull();
  }
});
