import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** No text has become an element, a link or a call. What breaks the policy of the page fails the test by its console. */
export async function expectNothingDone(page: Page): Promise<void> {
  const made =
    'main :is(script, img, iframe, object, embed, base, meta, link, style, video, audio, template, math, form[action])';
  expect(await page.locator(made).count()).toBe(0);
  expect(await page.locator('[href^="javascript:" i], [href^="data:text"]').count()).toBe(0);
  expect(await page.evaluate('typeof hacked + String(window.wasHacked)')).toBe('undefinedundefined');
}
