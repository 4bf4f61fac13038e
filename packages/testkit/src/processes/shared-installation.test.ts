import { describe, expect, test } from 'vitest';
import { sharedInstallation } from './shared-installation.ts';

const options = { sharedAs: 'tests of the test kit', programs: ['mqtt'] } as const;
const pids: number[] = [];

describe.each(['one', 'another'])('%s place that names a shared installation', () => {
  const installation = sharedInstallation(options);

  test('uses the same processes', () => {
    pids.push(installation().program('mqtt').pid);
    expect(new Set(pids).size).toBe(1);
  });
});
