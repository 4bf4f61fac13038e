/** Whatever the console does, a script can do: each screen shows how, and what it shows works. */
import { sharedInstallation } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { envOf, iotcore } from '../cli/support/iotcore.ts';
import { useBrowser } from './support/browser.ts';
import { makeFleet } from './support/fleet.ts';
import { openScreen, screensOf } from './support/screens.ts';
import { signedInPage } from './support/sign-in.ts';

useBrowser();
const installation = sharedInstallation();

/** Those that are about nothing of the API. */
const aboutNothing = ['start', 'settings', 'settings-licences', 'access-roles'];
/** Those whose call writes: what it needs is a file. */
const writes = ['import'];

test('each screen shows its call for curl and for the command line, and both are answered', async () => {
  const { api, apiUrl: origin, adminToken } = installation();
  const fleet = await makeFleet(installation());
  const page = await signedInPage({ api, origin }, '/registries');
  const calls = new Map<string, string>();
  const commands = new Map<string, string>();
  const without: string[] = [];
  for (const [name, path] of Object.entries(screensOf(fleet))) {
    await openScreen(page, origin, path, fleet.folderId);
    const shown = page.locator('main .how');
    // It may come with the data.
    if (!aboutNothing.includes(name)) await shown.first().waitFor();
    if ((await shown.count()) === 0) without.push(name);
    if (writes.includes(name)) continue;
    for (const one of await shown.all()) {
      await one.getByRole('button', { name: 'The same from a script' }).click();
      for (const line of await one.locator('pre').allInnerTexts()) {
        const [, url] = /^curl .*"(http[^"]+)"$/.exec(line) ?? [];
        if (url) calls.set(url, name);
        else commands.set(line, name);
      }
    }
  }
  expect(without.sort()).toEqual(aboutNothing.sort());
  for (const [url, name] of calls) {
    const stop = new AbortController();
    const headers = { authorization: `Bearer ${adminToken}` };
    const { status } = await fetch(url, { headers, signal: stop.signal });
    stop.abort();
    expect.soft(status, `${name}: ${url}`).toBe(200);
  }
  for (const [line, name] of commands) {
    const [program, ...words] = line.replace(/ --follow$/, '').split(' ');
    expect(program).toBe('iotcore');
    // Live messages go on until Ctrl-C.
    if (words[1] === 'messages') continue;
    const { status, stderr } = await iotcore(words, { env: envOf(installation()) });
    expect.soft(status, `${name}: ${line}: ${stderr}`).toBe(0);
  }
  expect([calls.size, commands.size].every((count) => count > 10)).toBe(true);
});
