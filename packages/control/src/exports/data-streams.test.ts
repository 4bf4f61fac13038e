import { expect, test } from 'vitest';
import { DataStreams } from './data-streams.ts';

const bootstrapServers = ['a.example.com:9093'];

test('servers are found by their database, else by the entry for all', () => {
  const streams = DataStreams.parse({
    '/one': { bootstrapServers: ['one.example.com:9093'] },
    '*': { bootstrapServers },
  });
  expect(streams.serversOf('/one')).toEqual({ bootstrapServers: ['one.example.com:9093'] });
  expect(streams.serversOf('/other')).toEqual({ bootstrapServers });
  expect(DataStreams.parse({ '/one': { bootstrapServers } }).serversOf('/other')).toBeUndefined();
});

test('names of things that every object has are no databases', () => {
  const streams = DataStreams.parse({ '/one': { bootstrapServers } });
  for (const name of ['constructor', '__proto__', 'toString'])
    expect(streams.serversOf(name)).toBeUndefined();
});

test('a password logs in as Data Streams ask for it, unless something else is said', () => {
  const password = 'an API key';
  expect(DataStreams.parse({ '*': { bootstrapServers, password } }).serversOf('/a/b')).toEqual({
    ...{ bootstrapServers, password, mechanism: 'PLAIN', username: '@/a/b' },
  });
  const own = { bootstrapServers, password, mechanism: 'SCRAM-SHA-512', username: 'me' };
  expect(DataStreams.parse({ '*': own }).serversOf('/a/b')).toEqual(own);
});

test('nobody has named any', () => {
  expect([new DataStreams().areNone, DataStreams.parse({ '*': { bootstrapServers } }).areNone]).toEqual([
    true,
    false,
  ]);
});
