/** Signing in with a browser: by link, by key, and not at all. */
import { sharedInstallation } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { newPage, useBrowser } from './support/browser.ts';
import { signedInPage } from './support/sign-in.ts';

useBrowser();
const installation = sharedInstallation();
const setUp = () => ({ api: installation().api, origin: installation().apiUrl });

describe.each(['en', 'ru'] as const)('in %s', (language) => {
  test('a link signs in after a question, once, and its code is nowhere to be seen', async () => {
    const { api, origin } = setUp();
    const { signInCode: code } = await api.must('POST', '/ext/v1/signInCodes', {});
    const link = `${origin}/console/registries#code=${code}`;
    const page = await newPage(origin, { language });
    await page.goto(link);
    const yes = page.getByRole('button', { name: language === 'ru' ? 'Войти' : 'Sign in', exact: true });
    await yes.waitFor();
    expect(page.url()).not.toContain(code);
    expect(await page.getByText('admin').count()).toBe(1);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: language === 'ru' ? 'Реестры' : 'Registries' }).waitFor();
    const kept = await page.evaluate<string>(
      'JSON.stringify([localStorage, sessionStorage, document.cookie])',
    );
    expect(kept).not.toContain(code);
    expect(kept).not.toContain('session=');

    const second = await newPage(origin, { language, allowed: /status of 401/ });
    await second.goto(link);
    await second.getByRole('alert').waitFor();
  });
});

test('a wrong key is refused at its field; the right one signs in', async () => {
  const { api, origin } = setUp();
  const page = await newPage(origin, { allowed: /status of 40[13]/ });
  await page.goto(`${origin}/`);
  await page.getByLabel('API key or access token').fill('iotcore_wrong');
  await page.keyboard.press('Enter');
  await page.getByText('This is no valid API key or token.').waitFor();
  const folderId = 'sign-in';
  const account = await api.must('POST', '/ext/v1/serviceAccounts', {
    folderId,
    name: `signs-in-${Date.now()}`,
  });
  const { secret } = await api.must('POST', `/ext/v1/serviceAccounts/${account.response.id}/apiKeys`, {});
  await page.getByLabel('API key or access token').fill(secret);
  await page.keyboard.press('Enter');
  await page.getByRole('banner').waitFor();
  expect(await page.content()).not.toContain(secret);
});

test('a registry that is created stands in the list', async () => {
  const page = await signedInPage(setUp(), '/registries?folder=first-list');
  await page.getByRole('button', { name: 'Create a registry' }).click();
  await page.getByLabel('Name', { exact: true }).fill('greenhouse');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  // The page of a registry has such a link, too, once it is there.
  const sections = page.getByRole('navigation', { name: 'Sections' });
  await sections.getByRole('link', { name: 'Registries' }).click();
  await page.getByRole('link', { name: 'greenhouse' }).waitFor();
});
