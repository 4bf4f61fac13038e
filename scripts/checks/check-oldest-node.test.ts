import { expect, test } from 'vitest';
import { missingIn } from './check-oldest-node.ts';

const property = "a.ts(1,2): error TS2339: Property 'threadCpuUsage' does not exist on type 'Process'.";
const exported = `b.ts(1,2): error TS2305: Module '"node:fs"' has no exported member 'glob'.`;

test('does not tell of definitions that describe the same in other words', () => {
  expect(missingIn('c.ts(3,4): error TS2769: No overload matches this call.\n  The last overload')).toEqual(
    [],
  );
});

test('tells of properties and exports that the oldest Node does not have', () => {
  expect(missingIn([property, 'c.ts(3,4): error TS2322: Type', exported].join('\n'))).toEqual([
    property,
    exported,
  ]);
});
