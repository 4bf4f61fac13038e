/** Two ways to work a page: with a pointer, or with the keys alone. */
import type { Locator } from 'playwright-core';
import { hasFocus, roleOfFocus } from './focus.ts';

export interface Hands {
  press(target: Locator): Promise<void>;
  write(target: Locator, text: string): Promise<void>;
}

const mouse: Hands = { press: (target) => target.click(), write: (target, text) => target.fill(text) };

/** More than any screen has places to stop at. */
const mostSteps = 200;

/** What a key leads to, by the role of it; everything else is reached by Tab. */
const arrows: Readonly<Record<string, string>> = { menuitem: 'ArrowDown', tab: 'ArrowRight' };

/** Goes on until the place is reached; one that no key leads to is a failure. */
async function reach(target: Locator): Promise<void> {
  await target.waitFor();
  const { keyboard: keys } = target.page();
  const role = (await target.getAttribute('role')) ?? '';
  for (let step = 0; step < mostSteps; step++) {
    if (await hasFocus(target)) return;
    const isAmongThem = role === 'menuitem' || (await roleOfFocus(target)) === role;
    await keys.press((isAmongThem && arrows[role]) || 'Tab');
  }
  throw new Error(`no key leads to ${target}`);
}

const keyboard: Hands = {
  async press(target) {
    await reach(target);
    await target.page().keyboard.press('Enter');
  },
  async write(target, text) {
    await reach(target);
    await target.page().keyboard.press('Control+A');
    await target.page().keyboard.type(text);
  },
};

export const hands = { mouse, keyboard } as const;
