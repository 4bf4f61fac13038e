import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What fades in has other colours until it is there; what never ends, such as a wheel that turns, is not waited for. */
const untilStill = `Promise.allSettled(
  document.getAnimations().filter((a) => a.effect?.getTiming().iterations !== Infinity).map((a) => a.finished),
).then(() => undefined)`;

/**
 * Nothing on the page keeps anybody out, as far as a program can tell: WCAG 2.1, A and AA. Left out are the places at the edges of
 * a menu that hand the focus on: nobody stays on one.
 */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  // Evaluated by the debugger: the policy of the page lets no script in.
  await page.evaluate(source);
  await page.evaluate(untilStill);
  const violations = await page.evaluate<Violation[]>(
    `axe.run({ exclude: ['[data-floating-ui-focus-guard]'] }, { runOnly: ${JSON.stringify(rules)}, resultTypes: ['violations'] }).then(({ violations }) => violations)`,
  );
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n   ')}`);
  expect.soft(found, what).toEqual([]);
}
