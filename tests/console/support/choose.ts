import type { Page } from 'playwright-core';

/** Chooses an option of a list that opens. `label`: of the list. */
export async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label }).click();
  await page.getByRole('option', { name: option }).click();
}
