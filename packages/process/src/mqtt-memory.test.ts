import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { withMqttMemory, withSmallYoungGeneration } from './mqtt-memory.mjs';

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

describe('the memory of the other programs', () => {
  test('has a small young generation, unless an operator has said how large', () => {
    expect(youngGenerationMb(withSmallYoungGeneration({}))).toBeLessThanOrEqual(4);
    expect(
      youngGenerationMb(withSmallYoungGeneration({ NODE_OPTIONS: '--max-semi-space-size=16' })),
    ).toBeGreaterThan(4);
  });

  test('is that of whoever starts them, not twice', () => {
    const once = withSmallYoungGeneration({ NODE_OPTIONS: '--no-warnings' });
    expect(once.NODE_OPTIONS).toBe('--max-semi-space-size=2 --no-warnings');
    expect(withMqttMemory(once).NODE_OPTIONS).toBe(once.NODE_OPTIONS);
  });
});

describe('the memory of the MQTT server', () => {
  test('a process that is started with it keeps its young generation small', () => {
    expect(youngGenerationMb(withMqttMemory({}))).toBeLessThanOrEqual(4);
  });

  test('what an operator has set stands', () => {
    const env = withMqttMemory({ NODE_OPTIONS: '--max-semi-space-size=16', MALLOC_MMAP_THRESHOLD_: '1' });
    expect(youngGenerationMb(env)).toBeGreaterThan(4);
    expect(env).toMatchObject({ MALLOC_MMAP_THRESHOLD_: '1' });
  });
});
