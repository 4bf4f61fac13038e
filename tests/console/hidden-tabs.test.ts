/** A browser has six connections to an origin, so a tab that nobody sees gives its stream back. */
import { connectMqtt, makePassword, sharedInstallation } from '@iotcore/testkit';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { newPage, useBrowser } from './support/browser.ts';
import { signedInPage } from './support/sign-in.ts';

useBrowser();
const installation = sharedInstallation();
/** More than a browser has connections, and than an account may have streams. */
const hiddenTabs = 8;

/** A browser without a screen shows all of its tabs: this is what one says of a tab that goes behind another, or comes back. */
function setHidden(page: Page, hidden: boolean): Promise<unknown> {
  return page.evaluate(`(() => {
    Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  })()`);
}

test('behind eight tabs with live messages a ninth listens; one that is seen again says that messages may be missing', async () => {
  const { api, apiUrl: origin, overTls } = installation();
  const password = makePassword();
  const registry = await api.createRegistry({ name: 'greenhouse' });
  const { id } = await api.createDevice(registry.id, { password });
  const path = `/registries/${registry.id}?tab=live`;
  const first = await signedInPage({ api, origin }, path);
  await first.getByText('Listening').waitFor();
  expect(await first.getByText('messages may be missing').count()).toBe(0);
  await setHidden(first, true);
  await first.getByText('Closed while hidden').waitFor();
  for (let n = 1; n < hiddenTabs; n++) {
    const tab = await newPage(origin, {}, first.context());
    await tab.goto(`${origin}/console${path}`);
    await tab.getByText('Listening').waitFor();
    await setHidden(tab, true);
    await tab.getByText('Closed while hidden').waitFor();
  }
  const ninth = await newPage(origin, {}, first.context());
  await ninth.goto(`${origin}/console${path}`);
  await ninth.getByText('Listening').waitFor();
  const device = await connectMqtt({ ...overTls, username: id, password });
  onTestFinished(() => device.end());
  await device.publish(`$devices/${id}/events`, 'seen');
  await ninth.locator('.live__rows', { hasText: 'seen' }).waitFor();

  await setHidden(first, false);
  await first.getByText('Listening').waitFor();
  await first.getByText('messages may be missing').waitFor();
  await device.publish(`$devices/${id}/events`, 'again');
  await first.locator('.live__rows', { hasText: 'again' }).waitFor();
  expect(await first.locator('.live__rows', { hasText: 'seen' }).count()).toBe(0);
});
