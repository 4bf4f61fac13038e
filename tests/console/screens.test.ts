/** Every screen in both languages and all themes: it opens, keeps nobody out, complains of nothing, and fits. Pictures of all are kept. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, sharedInstallation } from '@iotcore/testkit';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { expectAccessible } from './support/axe.ts';
import { untilDrawn, useBrowser } from './support/browser.ts';
import { type Fleet, makeFleet } from './support/fleet.ts';
import { openScreen, screensOf } from './support/screens.ts';
import { signedInPage } from './support/sign-in.ts';

useBrowser();
const installation = sharedInstallation();
const folder =
  process.env['CONSOLE_SCREENSHOTS'] ?? join(repositoryRoot, 'tests/console/node_modules/.cache/screenshots');
/** A usual screen, the same enlarged twofold, and a telephone: CSS pixels. */
const widths = [1280, 640, 360] as const;

let fleet: Fleet;
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  fleet = await makeFleet(installation());
});

/** What is wider than its box, which neither scrolls nor says so; of live rows the rest is shown when they are opened. */
const cutTexts = `[...document.querySelectorAll('main *, header *, nav *')]
  .filter((one) => one.scrollWidth > one.clientWidth + 1 && ['hidden', 'clip'].includes(getComputedStyle(one).overflowX))
  .filter((one) => one.clientWidth > 1 && one.textContent.trim() && !one.closest('.live__line'))
  .map((one) => one.outerHTML.slice(0, 200))`;

async function expectFits(page: Page, what: string): Promise<void> {
  expect.soft(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), what).toBe(true);
  expect.soft(await page.evaluate(cutTexts), what).toEqual([]);
}

test.each([
  ['en', 'light', 'light-hc'],
  ['ru', 'dark', 'dark-hc'],
] as const)(
  'every screen opens, keeps nobody out, and is not cut off: in %s, %s and %s',
  async (language, theme, moreContrast) => {
    const { api, apiUrl: origin } = installation();
    const page = await signedInPage({ api, origin }, '/registries', { language, theme });
    for (const [name, path] of Object.entries(screensOf(fleet))) {
      await openScreen(page, origin, path, fleet.folderId);
      for (const width of widths) {
        await page.setViewportSize({ width, height: 800 });
        if (width !== 1280) await untilDrawn(page);
        await expectFits(page, `${name} at ${width} px`);
        const suffix = width === 1280 ? '' : `-${width}`;
        await page.screenshot({ path: join(folder, `${name}-${language}-${theme}${suffix}.png`) });
        if (width === 1280) await expectAccessible(page, name, [moreContrast]);
      }
      await page.setViewportSize({ width: 1280, height: 800 });
    }
  },
);

/** Selectors of what is chosen, and of what could be in its place. */
const chosenAndOther = [
  ['.nav__link_active', '.nav__link:not(.nav__link_active)'],
  ['[role=tab][aria-selected=true]', '[role=tab][aria-selected=false]'],
  ['.g-segmented-radio-group__option_checked', '.g-segmented-radio-group__option:not([class*=checked])'],
] as const;

/** What of their look does not depend on their content. */
function stylesOf(page: Page, selector: string): Promise<string[]> {
  return page.evaluate<string[]>(`[...document.querySelectorAll(${JSON.stringify(selector)})].map((one) => {
    const { outlineStyle, outlineColor, borderBottomColor, backgroundColor } = getComputedStyle(one);
    return [outlineStyle, outlineColor, borderBottomColor, backgroundColor].join(' ');
  })`);
}

test('with the few colours that a system forces, what is chosen is still seen', async () => {
  const { api, apiUrl: origin } = installation();
  const page = await signedInPage({ api, origin }, '/registries');
  const seen = new Set<string>();
  await page.emulateMedia({ forcedColors: 'active' });
  for (const [name, path] of Object.entries(screensOf(fleet))) {
    await openScreen(page, origin, path, fleet.folderId);
    await page.screenshot({ path: join(folder, `${name}-forced.png`) });
    for (const [chosen, other] of chosenAndOther) {
      const [one] = await stylesOf(page, chosen);
      const others = await stylesOf(page, other);
      if (one) expect.soft(others, `${name}: ${chosen}`).not.toContain(one);
      if (one && others.length > 0) seen.add(chosen);
    }
    const bare =
      await page.evaluate(`[...document.querySelectorAll('main .g-button, main .g-label, main .g-progress')]
      .filter((one) => getComputedStyle(one).borderTopStyle === 'none').map((one) => one.outerHTML.slice(0, 200))`);
    expect.soft(bare, name).toEqual([]);
  }
  expect([...seen].sort()).toEqual(chosenAndOther.map(([chosen]) => chosen).sort());
});
