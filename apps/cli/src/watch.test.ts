import { expect, test } from 'vitest';
import { gapNote } from './watch.ts';

test('a user that follows is told what may be missing when MQTT servers come and go, and that none is left', () => {
  expect(gapNote({ servers: 2 }, 'lines')).toMatch(/lines may be missing/);
  expect(gapNote({ servers: 0 }, 'lines')).toMatch(/no MQTT server answers/);
  // An API that does not say it.
  expect(gapNote({}, 'lines')).toMatch(/lines may be missing/);
});
