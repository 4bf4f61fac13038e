import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { withMemorySettings } from './memory-settings.mjs';

/** Makes garbage until the young generation is as large as it gets, and tells how large that is. */
const fillYoungGeneration = `
  let kept = [];
  for (let n = 0; n < 3e6; n++) if (kept.push({ n }) > 1e5) kept = [];
  const space = require('node:v8').getHeapSpaceStatistics().find((one) => one.space_name === 'new_space');
  process.stdout.write(String(space.space_size));
`;

function youngGenerationMb(env: Record<string, string | undefined>): number {
  const { stdout } = spawnSync(process.execPath, ['-e', fillYoungGeneration], { env, encoding: 'utf8' });
  return Number(stdout) / 2 ** 20;
}

/** Twice what is set, since the threads that collect may each hold some pages more for a moment. Of 16 MB that Node has by itself it would be 32. */
const smallMb = 8;

describe('a program that is started with them', () => {
  test('keeps its young generation small', () => {
    expect(youngGenerationMb(withMemorySettings({}))).toBeLessThanOrEqual(smallMb);
  });

  test('has what an operator has set', () => {
    const env = withMemorySettings({ NODE_OPTIONS: '--max-semi-space-size=16', MALLOC_MMAP_THRESHOLD_: '1' });
    expect(youngGenerationMb(env)).toBeGreaterThan(smallMb);
    expect(env).toMatchObject({ MALLOC_MMAP_THRESHOLD_: '1' });
  });

  test('hands them on to what it starts, not twice', () => {
    const once = withMemorySettings({ NODE_OPTIONS: '--no-warnings' });
    expect(once.NODE_OPTIONS).toBe('--max-semi-space-size=2 --no-warnings');
    expect(withMemorySettings(once)).toEqual(once);
  });
});
