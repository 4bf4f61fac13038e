import type { ApiClient } from '@iotcore/testkit';
import type { Page } from 'playwright-core';
import { newPage, type PageOptions } from './browser.ts';

export interface Installation {
  readonly api: ApiClient;
  readonly origin: string;
}

/** A page that is signed in as the admin, by a link as `npm start` prints it. `path`: where it is then, such as `/registries`. */
export async function signedInPage(
  { api, origin }: Installation,
  path: string,
  options: PageOptions = {},
): Promise<Page> {
  const page = await newPage(origin, options);
  const { signInCode } = await api.must('POST', '/ext/v1/signInCodes', {});
  await page.goto(`${origin}/console${path}#code=${signInCode}`);
  await page
    .getByRole('button', { name: options.language === 'ru' ? 'Войти' : 'Sign in', exact: true })
    .click();
  await page.getByRole('banner').waitFor();
  return page;
}
