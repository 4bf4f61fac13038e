import { expect, test } from 'vitest';
import { snakeCase } from './snake-case.ts';

test('names of fields become snake_case; keys that users chose stay', () => {
  expect(
    snakeCase({
      topicAliases: { 'myPump/E': '$devices/x' },
      createdAt: 'x',
      logOptions: { minLevel: 'INFO' },
      list: [{ deviceId: 'y' }],
      nothing: null,
      metadata: { '@type': 't', registryId: 'z' },
    }),
  ).toEqual({
    topic_aliases: { 'myPump/E': '$devices/x' },
    created_at: 'x',
    log_options: { min_level: 'INFO' },
    list: [{ device_id: 'y' }],
    nothing: null,
    metadata: { '@type': 't', registry_id: 'z' },
  });
});
