import { describe, expect, test } from 'vitest';
import { DatabaseUnavailableError, translateDatabaseError } from './errors.ts';

const failure = (code: string | undefined, message = 'x') => Object.assign(new Error(message), { code });

describe('an error that the caller is to see as it is', () => {
  test.each([
    ['23505', 'a duplicate'],
    ['22021', 'a NUL in a text'],
    ['40001', 'two transactions in conflict'],
    ['42P01', 'a missing table'],
    ['28P01', 'a wrong password'],
    ['EACCES', 'no database error at all'],
  ])('%s: %s', (code) => {
    const error = failure(code);
    expect(translateDatabaseError(error)).toBe(error);
  });

  test('one without a code, and what is no error', () => {
    const error = new TypeError('undefined is not a function');
    expect(translateDatabaseError(error)).toBe(error);
    expect(translateDatabaseError('text')).toBe('text');
    expect(translateDatabaseError(undefined)).toBeUndefined();
  });
});

describe('an error that means that the database is away', () => {
  test.each([
    ['ECONNREFUSED', 'nobody listens'],
    ['ECONNRESET', 'the connection broke'],
    ['ENOTFOUND', 'the host has no address'],
    ['08006', 'the connection failed'],
    ['53300', 'there are too many connections'],
    ['53100', 'the disk is full'],
    ['57P01', 'it is shutting down'],
    ['57P03', 'it is starting'],
    ['57014', 'the statement took too long'],
    ['58030', 'the disk fails'],
    ['55P03', 'a lock was not granted in time'],
    ['25006', 'it is a replica'],
  ])('%s: %s', (code) => {
    const error = failure(code);
    expect(translateDatabaseError(error)).toBeInstanceOf(DatabaseUnavailableError);
    expect(translateDatabaseError(error)).toMatchObject({ cause: error });
  });

  test.each([
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Query read timeout',
    'Client has encountered a connection error and is not queryable',
  ])('%s', (message) => {
    expect(translateDatabaseError(new Error(message))).toBeInstanceOf(DatabaseUnavailableError);
  });

  test('a host of which no address answers', () => {
    const error = new AggregateError([failure('ECONNREFUSED'), failure('ECONNREFUSED')]);
    expect(translateDatabaseError(error)).toBeInstanceOf(DatabaseUnavailableError);
  });

  test('is translated once', () => {
    const error = new DatabaseUnavailableError(failure('ECONNREFUSED'));
    expect(translateDatabaseError(error)).toBe(error);
  });

  test('does not repeat the cause in its message, which may name hosts', () => {
    expect(
      new DatabaseUnavailableError(failure('ENOTFOUND', 'getaddrinfo secret.host')).message,
    ).not.toContain('host');
  });
});
