/**
 * Walks openapi.yaml: every operation that it documents has a row with a request that succeeds, and is tried without
 * credentials, by a stranger, and by a caller with the next lesser role. A new operation without a row fails the first test.
 */
import { operations as apiOperations } from '@iotcore/control';
import { someOf } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { createAccount } from '../support/accounts.ts';
import { expectRefusal } from '../support/answers.ts';
import { newFolder } from '../support/folders.ts';
import { newFixture, operations, type Row, rows, urlOf } from '../support/operation-rows.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

/** The schema of each answer. */
const outputs = new Map(apiOperations.map(({ name, output }) => [name, output]));

/** What answers with events instead: tests/api/resources/watches.test.ts looks at these. */
const streams = new Set(apiOperations.filter(({ isStream }) => isStream).map(({ name }) => name));

const installation = watchedInstallation();

/** The role that permits everything less. */
const lesser = { viewer: undefined, editor: 'viewer', admin: 'editor' } as const;

test('every documented operation has a row, and no row is about another', () => {
  expect(Object.keys(rows).sort()).toEqual(operations.map(({ operationId }) => operationId).sort());
});

test('only the exchange of tokens, and signing in, are public', () => {
  expect(operations.filter(({ isPublic }) => isPublic).map(({ operationId }) => operationId)).toEqual([
    'createIamToken',
    'getSignInCode',
    'openBrowserSession',
  ]);
});

describe.each(
  someOf(
    operations.filter(({ isPublic }) => !isPublic),
    3,
  ),
)('$operationId', ({ operationId, method, path }) => {
  const row = rows[operationId] as Row & { needs: keyof typeof lesser };

  test('is refused without credentials, to a stranger, and to a caller with a lesser role; and is done for one with the role', async () => {
    const fixture = await newFixture(installation().api);
    const { api, folderId } = fixture;
    const request = await row.request(fixture);
    const url = urlOf(path, request);

    expectRefusal(await api.call(method, url, request.body, { token: null }), 'UNAUTHENTICATED');
    const stranger = await createAccount(api, { folderId: newFolder(), role: 'admin' });
    const foreign = await stranger.call(method, url, request.body);
    const namesFolder = JSON.stringify([request.query, request.body]).includes('"folderId"');
    const isNamed = (namesFolder && request.path === undefined) || row.where === 'every folder';
    if (row.where === 'anywhere') expect(JSON.stringify(foreign.body)).not.toContain(folderId);
    else expectRefusal(foreign, isNamed ? 'PERMISSION_DENIED' : 'NOT_FOUND');

    // In this folder alone, or less than is needed.
    const less = row.where === 'every folder' ? row.needs : lesser[row.needs];
    if (less) {
      const account = await createAccount(api, { folderId, role: less });
      expectRefusal(await account.call(method, url, request.body), 'PERMISSION_DENIED');
    }
    const where = row.where === 'every folder' ? '*' : folderId;
    const permitted = await createAccount(api, { folderId: where, role: row.needs });
    if (streams.has(operationId)) {
      const stream = await permitted.watch(url);
      expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      await stream.close();
      return;
    }
    const answer = await permitted.call(method, url, request.body);
    expect([answer.status, answer.body.code]).toEqual([200, undefined]);
    // Nothing but what the schema names, and all of that as it says: answers are not checked again where they are made.
    expect(outputs.get(operationId)?.parse(answer.body)).toEqual(answer.body);
  });

  test('refuses an unknown parameter', async () => {
    const fixture = await newFixture(installation().api);
    const request = await row.request(fixture);
    const query = { ...request.query, surprise: '1' };
    expectRefusal(
      await fixture.api.call(method, urlOf(path, { ...request, query }), request.body),
      'INVALID_ARGUMENT',
    );
  });
});
