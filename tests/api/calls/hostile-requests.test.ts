/** Requests that are made to break something. Each leaves the API serving others. */

import { eventually } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { expectRefusal, expectViolations } from '../support/answers.ts';
import { newFolder } from '../support/folders.ts';
import { watchedInstallation } from '../support/watched-installation.ts';
import { bothWaysInto, exchange, type WayIn, waysIn } from '../support/ways-in.ts';

const installation = watchedInstallation();
const entrance = bothWaysInto(installation);
const registries = '/iot-devices/v1/registries';

/** Sends bytes as they are; resolves with what came back until the server closed the connection. */
const sendRaw = (way: WayIn, bytes: string | Buffer) => exchange(entrance(way), bytes);

const post = (headers: string, body: string) =>
  `POST ${registries} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${installation().adminToken}\r\n${headers}\r\n\r\n${body}`;

/** A registry whose description has these bytes in it. */
const withText = (bytes: Buffer) =>
  Buffer.concat([Buffer.from('{"folderId":"f","description":"a'), bytes, Buffer.from('b"}')]);

/** A call without an answer. */
const abandonedExchange = /"operation":"createIamToken".*"the connection ended within the request"/g;

describe.each(waysIn)('over %s', (way) => {
  describe('bodies', () => {
    test('over the limit are refused', async () => {
      for (const mebibytes of [1, 10]) {
        const description = 'x'.repeat(mebibytes * 1024 * 1024);
        const answer = await entrance(way).api.call('POST', registries, { folderId: 'f', description });
        expect(answer).toMatchObject({ status: 413, body: { code: 3, details: [] } });
      }
    });

    test.each([
      ['100,000 lists deep', '['.repeat(100_000) + ']'.repeat(100_000)],
      ['100,000 objects deep', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
      ['cut off', '{"folderId":"f"'],
      ['two values', '{"folderId":"f"}{"folderId":"g"}'],
      ['single quotes', "{'folderId':'f'}"],
      ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
      ['a text that is no UTF-8', withText(Buffer.from([0xff]))],
      ['an overlong form', withText(Buffer.from([0xc0, 0xaf]))],
      ['half a surrogate pair in UTF-8', withText(Buffer.from([0xed, 0xa0, 0x80]))],
      ['a character that is cut off', withText(Buffer.from([0xf0, 0x9f, 0x98]))],
      ['Latin-1', withText(Buffer.from([0xe9]))],
      ['UTF-16', Buffer.from('{"folderId":"f"}', 'utf16le')],
      ['UTF-16 with a byte order mark', Buffer.from('\uFEFF{"folderId":"f"}', 'utf16le')],
      ['UTF-32', Buffer.from([0x7b, 0, 0, 0, 0x7d, 0, 0, 0])],
      ['__proto__', '{"folderId":"f","__proto__":{"name":"x"}}'],
      ['constructor.prototype', '{"folderId":"f","constructor":{"prototype":{"name":"x"}}}'],
      ['__proto__ further down', '{"folderId":"f","labels":{"__proto__":"x"}}'],
      ['a field twice', '{"folderId":"f","name":"seen-by-a-proxy","name":"made"}'],
      ['a label twice, once escaped', '{"folderId":"f","labels":{"a":"x","\\u0061":"y"}}'],
    ])('%s are refused', async (_, body) => {
      expectRefusal(await entrance(way).api.call('POST', registries, body), 'INVALID_ARGUMENT');
    });

    test('compressed are refused unread', async () => {
      const { api } = entrance(way);
      const headers = { 'content-encoding': 'gzip' };
      const answer = await api.call('POST', registries, { folderId: newFolder() }, { headers });
      expect(answer).toMatchObject({ status: 415, body: { code: 3 } });
    });

    test.each([
      'text/plain',
      'application/json\ta',
      'application/jsonx',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/json, text/plain',
    ])('of type %j are refused', async (type) => {
      const { api } = entrance(way);
      const headers = { 'content-type': type };
      const answer = await api.call('POST', registries, '{"folderId":"f"}', { headers });
      expect(answer.status).toBeOneOf([400, 415]);
      expect(answer.body).toMatchObject({ code: 3 });
    });

    test.each([
      'charset=utf-7',
      'charset="UTF-16"',
      'Charset=latin1',
      'charset=utf-8; charset=utf-7',
      'charset=',
    ])('that say they are %s are refused', async (charset) => {
      const { api } = entrance(way);
      const folderId = newFolder();
      const headers = { 'content-type': `application/json; ${charset}` };
      const answer = await api.call('POST', registries, { folderId }, { headers });
      expect(answer).toMatchObject({
        status: 415,
        body: { code: 3, message: 'The body must be JSON in UTF-8.' },
      });
      expect((await api.must('GET', `${registries}?folderId=${folderId}`)).registries).toEqual([]);
    });

    test.each(['charset=utf-8', 'charset="UTF-8"', 'profile=x;charset=utf8', 'charset=us-ascii'])(
      'may say that they are %s',
      async (charset) => {
        const { api } = entrance(way);
        const headers = { 'content-type': `application/json; ${charset}` };
        const answer = await api.call('POST', registries, { folderId: newFolder() }, { headers });
        expect(answer.status).toBe(200);
      },
    );

    test('may begin with a byte order mark', async () => {
      const { api } = entrance(way);
      const body = `\uFEFF${JSON.stringify({ folderId: newFolder(), description: 'насос' })}`;
      const { response } = await api.must('POST', registries, Buffer.from(body));
      expect(response.description).toBe('насос');
    });
  });

  describe('fields', () => {
    test('that nobody may set are refused, and so are unknown ones', async () => {
      const { api } = entrance(way);
      const body = {
        folderId: newFolder(),
        id: 'x',
        tenantId: 'y',
        createdAt: 'z',
        role: 'admin',
        status: 'DISABLED',
      };
      const answer = await api.call('POST', registries, body);
      expectViolations(answer, 'id', 'tenantId', 'createdAt', 'role', 'status');
    });

    test.each([
      ['an object where a string is due', { name: { not: '' } }, 'name'],
      ['a list where a string is due', { description: ['x'] }, 'description'],
      ['a string where a map is due', { labels: 'a=b' }, 'labels'],
      ['U+0000', { description: 'a\u0000b' }, 'description'],
      ['a lone surrogate', { description: 'a\ud800b' }, 'description'],
      ['U+0000 in a label', { labels: { a: '\u0000' } }, 'labels.a'],
    ])('with %s are refused', async (_, fields, field) => {
      expectViolations(
        await entrance(way).api.call('POST', registries, { folderId: newFolder(), ...fields }),
        field,
      );
    });

    test('thousands of unknown ones give a short answer', async () => {
      const body = Object.fromEntries(
        Array.from({ length: 10_000 }, (_, i) => [`field-${i}-${'x'.repeat(50)}`, 1]),
      );
      const answer = await entrance(way).api.call('POST', registries, body);
      expectRefusal(answer, 'INVALID_ARGUMENT');
      expect(JSON.stringify(answer.body).length).toBeLessThan(20_000);
    });

    test.each([
      'line\r\nbreaks',
      '\u001b[31mred\u001b[0m',
      '\u202ereversed',
      '<script>alert(1)</script>',
      '{"json":1}',
      '😀'.repeat(256),
    ])('hold %j as it is', async (description) => {
      const { api } = entrance(way);
      const { id } = await api.createRegistry({ description });
      expect(await api.must('GET', `${registries}/${id}`)).toMatchObject({ description });
    });
  });

  describe('paths', () => {
    test.each([
      '..%2f..%2fetc',
      '%00',
      '%c0%ae',
      'a%252fb',
      'are%20',
      "x'%20OR%201=1",
      '__proto__',
      'constructor',
      'x'.repeat(300),
    ])('with the ID %j are refused', async (id) => {
      const answer = await entrance(way).api.call('GET', `${registries}/${id}`);
      expect(answer.status).toBeOneOf([400, 404, 414]);
      expect(answer.body.code).toBeOneOf([3, 5]);
      expect(answer.headers.get('x-request-id')).not.toBeNull();
    });

    test.each([
      ['GET', '/iot-devices/v2/registries'],
      ['GET', '/iot-devices/v1/registries/'],
      ['GET', '/IOT-DEVICES/v1/registries'],
      ['POST', '/'],
      ['GET', '/iot-devices/v1/registries/a/b/c/d'],
      ['POST', '/iot-devices/v1/registries/abc:unknown'],
    ])('%s %s is not there', async (method, path) => {
      expectRefusal(await entrance(way).api.call(method, path), 'NOT_FOUND');
    });

    test.each([
      ['PUT', registries, 'GET, POST'],
      ['DELETE', registries, 'GET, POST'],
      ['POST', `${registries}/abc`, 'GET, PATCH, DELETE'],
      ['GET', `${registries}/abc:enable`, 'POST'],
    ])('%s %s is refused with what there is', async (method, path, allow) => {
      const answer = await entrance(way).api.call(method, path);
      expect(answer).toMatchObject({ status: 405, body: { code: 12 } });
      expect(answer.headers.get('allow')).toBe(allow);
    });
  });

  describe('HTTP', () => {
    test.each([
      ['a header of a megabyte', () => post(`x: ${'x'.repeat(1024 * 1024)}`, ''), /^(HTTP\/1\.1 431|$)/],
      [
        'an address of a megabyte',
        () => `GET /${'x'.repeat(1024 * 1024)} HTTP/1.1\r\n\r\n`,
        /^(HTTP\/1\.1 4\d\d|$)/,
      ],
      [
        'Content-Length and Transfer-Encoding',
        () =>
          post(
            'content-type: application/json\r\ncontent-length: 5\r\ntransfer-encoding: chunked',
            '0\r\n\r\n',
          ),
        /^HTTP\/1\.1 400/,
      ],
      [
        'two Content-Lengths',
        () => post('content-length: 5\r\ncontent-length: 6', 'hello'),
        /^HTTP\/1\.1 400/,
      ],
      ['two Hosts', () => post('host: y', ''), /^HTTP\/1\.1 400[\s\S]*more than one host header/],
      ['two equal Hosts', () => post('Host: x', ''), /^HTTP\/1\.1 400/],
      ['two Authorizations', () => post('authorization: Bearer x', ''), /^HTTP\/1\.1 400/],
      ['two Idempotency-Keys', () => post('idempotency-key: a\r\nIdempotency-Key: b', ''), /^HTTP\/1\.1 400/],
      [
        'two Content-Types',
        () => post('content-type: application/json\r\ncontent-type: text/plain\r\ncontent-length: 2', '{}'),
        /^HTTP\/1\.1 400/,
      ],
      ['no HTTP at all', () => '\u0016\u0003\u0001\u0002\u0000', /^HTTP\/1\.1 400/],
      ['MQTT', () => Buffer.from('100c00044d5154540402003c0000', 'hex'), /^HTTP\/1\.1 400/],
    ])('%s: is refused, and the connection closed', async (_, bytes, expected) => {
      expect(await sendRaw(way, bytes())).toMatch(expected);
    });

    test('ten thousand headers do no harm', async () => {
      const headers = Array.from({ length: 10_000 }, (_, i) => `x${i}: y`).join('\r\n');
      expect(await sendRaw(way, post(headers, ''))).toMatch(/^(HTTP\/1\.1 4\d\d|$)/);
    });

    test('a caller who hangs up in the middle of a body leaves a line in the log, and no error', async () => {
      const log = () => installation().program('api').output;
      const linesOfIt = () => log().match(abandonedExchange)?.length ?? 0;
      const before = linesOfIt();
      const socket = entrance(way).connect();
      const head = post('content-type: application/json\r\ncontent-length: 100', '{"jwt"');
      socket.write(head.replace(registries, '/iam/v1/tokens'), () => socket.destroy());
      await eventually('its line in the log', () => linesOfIt() > before);
      expect(log()).not.toMatch(/"level":"error"/);
    });

    test('a forged X-Forwarded-For changes nothing in the audit trail', async () => {
      const { api } = entrance(way);
      const folderId = newFolder();
      const headers = {
        'x-forwarded-for': '203.0.113.7',
        forwarded: 'for=203.0.113.7',
        'x-request-id': 'mine',
      };
      const answer = await api.call('POST', registries, { folderId }, { headers });
      expect(answer.headers.get('x-request-id')).not.toBe('mine');
      const [event] = (await api.must('GET', `/ext/v1/auditEvents?folderId=${folderId}`)).auditEvents;
      expect(event.remoteIp).toBe('127.0.0.1');
    });
  });

  test('no answer shows a stack, a query or a file', async () => {
    const { api } = entrance(way);
    const answers = await Promise.all([
      api.call('GET', `${registries}/%00`),
      api.call('POST', registries, '{'),
      api.call('POST', registries, { folderId: newFolder(), labels: { a: { b: 1 } } }),
      api.call('GET', `${registries}?folderId=f&pageToken=%00`),
      api.call('GET', '/nowhere'),
    ]);
    for (const { body } of answers) {
      expect(JSON.stringify(body)).not.toMatch(
        /\bat [\w.]+ \(|node_modules|\.ts|SELECT|INSERT|prisma|postgres/i,
      );
    }
  });
});
