/** Two ways to work a page: with a pointer, or with the keys alone. */
import type { Locator } from 'playwright-core';
import { hasFocus, roleOfFocus } from './focus.ts';

export interface Hands {
  press(target: Locator): Promise<void>;
  write(target: Locator, text: string): Promise<void>;
  /** Of a list that opens. */
  choose(list: Locator, option: string): Promise<void>;
  /** `target`: an input of files. */
  give(
    target: Locator,
    file: Exclude<Parameters<Locator['setInputFiles']>[0], readonly unknown[]>,
  ): Promise<void>;
}

const optionOf = (list: Locator, name: string) => list.page().getByRole('option', { name });

const mouse: Hands = {
  press: (target) => target.click(),
  write: (target, text) => target.fill(text),
  async choose(list, name) {
    await list.click();
    await optionOf(list, name).click();
  },
  give: (target, file) => target.setInputFiles(file),
};

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
    if (await (role === 'menuitem' ? isMarked(target) : hasFocus(target))) return;
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
  async choose(list, name) {
    await keyboard.press(list);
    const option = optionOf(list, name);
    await option.waitFor();
    // The first is marked as soon as the list is there.
    for (let step = 0; step < mostSteps && !(await isMarked(option)); step++)
      await list.page().keyboard.press('ArrowDown');
    await list.page().keyboard.press('Enter');
    await option.waitFor({ state: 'detached' });
  },
  async give(target, file) {
    const asked = target.page().waitForEvent('filechooser');
    await keyboard.press(target);
    await (await asked).setFiles(file);
  },
};

/** Enter would choose it: the items of lists and menus have no focus of their own. */
function isMarked(item: Locator): Promise<boolean> {
  return item.evaluate(
    (one) => (one as unknown as Element).closest('[class*=item_active], [class*=item_selected]') !== null,
  );
}

interface Element {
  closest(selector: string): unknown;
}

export const hands = { mouse, keyboard } as const;

/** Each journey in both languages, and once with the keys alone. */
export const languagesAndWays = [
  ['en', 'mouse'],
  ['ru', 'mouse'],
  ['en', 'keyboard'],
] as const;
