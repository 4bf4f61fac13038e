import type { FastifyReply, FastifyRequest } from 'fastify';
import { describe, expect, test } from 'vitest';
import { browserCookie } from './browser-cookie.ts';

const reply = {} as FastifyReply;
const request = (method: string, headers: Record<string, string>, protocol = 'http') =>
  ({
    method,
    headers: { cookie: 'iotcore-session=plain; __Host-iotcore-session=secure', ...headers },
    protocol,
    host: 'iot.example:8080',
  }) as unknown as FastifyRequest;
const secretOf = (...given: Parameters<typeof request>) => browserCookie(request(...given), reply)?.secret;
const meant = { 'x-requested-with': 'iotcore-console' };

describe('the cookie does not count', () => {
  test.each(['cross-site', 'same-site', 'none'])('if the browser says that the site is %s', (site) => {
    expect(secretOf('GET', { 'sec-fetch-site': site })).toBeUndefined();
    const origin = 'http://iot.example:8080';
    expect(secretOf('GET', { 'sec-fetch-site': site, origin })).toBeUndefined();
  });

  test.each([undefined, 'null', 'http://evil.example', 'https://iot.example:8080', 'http://iot.example'])(
    'of a browser that only says its origin, which is %s',
    (origin) => {
      expect(secretOf('POST', { ...meant, ...(origin && { origin }) })).toBeUndefined();
    },
  );

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    'for %s without the header that no form can send',
    (method) => {
      expect(secretOf(method, { 'sec-fetch-site': 'same-origin' })).toBeUndefined();
      expect(
        secretOf(method, { 'sec-fetch-site': 'same-origin', 'x-requested-with': 'XMLHttpRequest' }),
      ).toBeUndefined();
    },
  );
});

test('it counts for a page of this origin', () => {
  expect(secretOf('GET', { 'sec-fetch-site': 'same-origin' })).toBe('plain');
  expect(secretOf('POST', { 'sec-fetch-site': 'same-origin', ...meant })).toBe('plain');
  expect(secretOf('POST', { origin: 'http://iot.example:8080', ...meant })).toBe('plain');
});

test('over TLS only the cookie that plain HTTP cannot have set counts', () => {
  expect(secretOf('GET', { 'sec-fetch-site': 'same-origin' }, 'https')).toBe('secure');
});
