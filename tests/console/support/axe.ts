import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { type Theme, themes } from './browser.ts';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/**
 * The list of options that a select opens scrolls as the arrow keys walk through it. Axe would have it take the focus, because the
 * element that scrolls is around the listbox.
 */
const scrollsByArrowKeys = `axe.configure({
  rules: [{ id: 'scrollable-region-focusable', selector: '*:not(select, textarea, [data-qa="select-list"])' }],
})`;

/** What fades in has other colours until it is there; what never ends, such as a wheel that turns, is not waited for. */
const untilStill = `Promise.allSettled(
  document.getAnimations().filter((a) => a.effect?.getTiming().iterations !== Infinity).map((a) => a.finished),
).then(() => undefined)`;

/** What the system asks for, by the theme that follows from it. */
const systems = {
  light: { colorScheme: 'light', contrast: 'no-preference' },
  dark: { colorScheme: 'dark', contrast: 'no-preference' },
  'light-hc': { colorScheme: 'light', contrast: 'more' },
  'dark-hc': { colorScheme: 'dark', contrast: 'more' },
} as const;

/**
 * Nothing on the page keeps anybody out, and in these themes the colours are told apart: every theme, unless some are named. The page,
 * which follows the system, keeps its theme.
 */
export async function expectAccessible(
  page: Page,
  what: string,
  inThemes: readonly Theme[] = themes,
): Promise<void> {
  await expectNobodyKeptOut(page, what);
  const { theme: before } = await page.evaluate<{ theme: Theme }>(
    `({ theme: /g-root_theme_([a-z-]+)/.exec(document.body.className)[1] })`,
  );
  for (const theme of inThemes.filter((one) => one !== before)) {
    await changeTheme(page, theme);
    await expectNoViolation(page, `${what}, ${theme}`, `['color-contrast']`);
  }
  await changeTheme(page, before);
}

async function changeTheme(page: Page, theme: Theme): Promise<void> {
  await page.emulateMedia(systems[theme]);
  await page.locator(`body.g-root_theme_${theme}`).waitFor();
}

/**
 * As far as a program can tell: WCAG 2.1, A and AA. Left out are the places at the edges of a menu that hand the focus on: nobody
 * stays on one.
 */
async function expectNobodyKeptOut(page: Page, what: string): Promise<void> {
  // Evaluated by the debugger: the policy of the page lets no script in.
  await page.evaluate(source);
  await page.evaluate(scrollsByArrowKeys);
  await expectNoViolation(page, what, JSON.stringify(rules));
}

async function expectNoViolation(page: Page, what: string, only: string): Promise<void> {
  await page.evaluate(untilStill);
  const violations = await page.evaluate<Violation[]>(
    `axe.run({ exclude: ['[data-floating-ui-focus-guard]'] }, { runOnly: ${only}, resultTypes: ['violations'] }).then(({ violations }) => violations)`,
  );
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n   ')}`);
  // In the message: the summary of a run shows nothing else.
  expect.soft(found, [what, ...found].join('\n')).toEqual([]);
}
