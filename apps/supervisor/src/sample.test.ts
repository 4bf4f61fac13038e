import { Secret } from '@iotcore/process';
import { expect, test } from 'vitest';
import { sampleFor } from './sample.ts';

const ownDatabase = { databaseUrl: new Secret('postgres://localhost/db') };

test('a sample is made on the embedded database, unless a file of settings or the environment declines it', () => {
  expect(sampleFor({}, { sample: true, databaseUrl: undefined })).toBe('on');
  expect(sampleFor({}, { sample: false, databaseUrl: undefined })).toBe('off');
  expect(sampleFor({ IOT_SAMPLE: 'off' }, { sample: false, databaseUrl: undefined })).toBe('off');
});

test('a sample is made on a database that the operator brings only where the environment asks for it', () => {
  expect(sampleFor({}, { sample: true, ...ownDatabase })).toBe('off');
  expect(sampleFor({ IOT_SAMPLE: 'on' }, { sample: true, ...ownDatabase })).toBe('on');
});
