import { type Installation, type SharedInstallationOptions, sharedInstallation } from '@iotcore/testkit';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { BystanderCaller } from './bystander-caller.ts';

/**
 * As `sharedInstallation`, with somebody else who calls the API all the while: whatever the tests send, that caller is
 * served after each of them, and in the end can change what is its own and is shown nothing else.
 */
export function watchedInstallation(options: SharedInstallationOptions = {}): () => Installation {
  let bystander: BystanderCaller | undefined;
  let lastLook: Promise<void> | undefined;
  // Declared first, and so done last: what fails in the end must not keep the processes from being stopped.
  afterAll(() => lastLook);
  const installation = sharedInstallation(options);
  beforeAll(async () => {
    bystander = await BystanderCaller.start(installation());
  });
  afterEach(() => bystander?.isServed());
  afterAll(async () => {
    lastLook = bystander?.worksAndSeesNothingForeign(installation());
    await lastLook?.catch(() => {});
  });
  return installation;
}
