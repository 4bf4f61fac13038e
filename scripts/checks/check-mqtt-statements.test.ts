import { describe, expect, test } from 'vitest';
import { findGaps, readStatements, tagsOf } from './check-mqtt-statements.ts';

const document = `| statement | says | here |
| --- | --- | --- |
| [MQTT-1.5.3-1] | one | served |
| [MQTT-3-8.3-4] | two | served |
| [MQTT-4.3.3-1] | three | deviates |
`;

describe('the check of MQTT statements', () => {
  const statements = readStatements(document);

  test('reads the table, odd numbers included', () => {
    expect([...statements]).toEqual([
      ['MQTT-1.5.3-1', 'served'],
      ['MQTT-3-8.3-4', 'served'],
      ['MQTT-4.3.3-1', 'deviates'],
    ]);
  });

  test('finds a served statement that no code or no test names, and asks nothing of a deviation', () => {
    const gaps = findGaps(statements, { code: new Set(['MQTT-1.5.3-1']), tests: new Set(['MQTT-3-8.3-4']) });
    expect(gaps).toEqual([
      'MQTT-3-8.3-4 is served, but no code names it',
      'MQTT-1.5.3-1 is served, but no test names it',
    ]);
  });

  test('finds a number that does not exist', () => {
    const all = new Set(['MQTT-1.5.3-1', 'MQTT-3-8.3-4']);
    expect(findGaps(statements, { code: new Set([...all, 'MQTT-9.9.9-9']), tests: all })).toEqual([
      'MQTT-9.9.9-9 is named, but is no statement of the list',
    ]);
  });

  test('reads tags side by side', () => {
    expect(tagsOf('closes [MQTT-1.5.3-1][MQTT-3-8.3-4]')).toEqual(['MQTT-1.5.3-1', 'MQTT-3-8.3-4']);
  });
});
