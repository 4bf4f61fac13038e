import { expect, test } from 'vitest';
import { findCrowdedFolders } from './check-folders.ts';

const files = (folder: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${folder}/${index}.ts`);

test('a folder with more than fifteen files is found, tests beside the code included', () => {
  expect(findCrowdedFolders([...files('apps/x/src', 15), 'apps/x/src/a.test.ts'])).toEqual([
    'apps/x/src: 16 files side by side, at most 15: group them by what they are for',
  ]);
});

test('fifteen files are let be, and so are folders in a folder', () => {
  expect(findCrowdedFolders([...files('a', 15), ...files('a/b', 15)])).toEqual([]);
});

test('a folder with a reason to be long is let be, and no other folder below it', () => {
  expect(findCrowdedFolders(files('docs', 40))).toEqual([]);
  expect(findCrowdedFolders(files('docs/tutorials', 16))).toHaveLength(1);
});
