/**
 * Walks openapi.yaml: wherever an operation takes an ID, one of another kind and one of another folder are answered like one
 * that nobody has, in every byte, also to a caller who may see what has that ID.
 */
import { createId } from '@iotcore/model';
import { afterAll, describe, expect, test } from 'vitest';
import { type Account, createAccount } from '../support/accounts.ts';
import { expectRefusal } from '../support/answers.ts';
import {
  type Fixture,
  newFixture,
  operations,
  type Request,
  type Row,
  rows,
  urlOf,
} from '../support/operation-rows.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();

/**
 * Fields that hold an ID by which nothing is looked up: names of folders, which nobody creates, and filters. Dead letters are
 * looked for in the export of the path alone, and to remove one that is gone is no error.
 */
const noLookUp = new Set(['folderId', 'resourceId', 'callerId', 'deadLetterId']);
/** A fingerprint is the ID of a certificate. */
const isId = (field: string) => /^id$|Id$|^fingerprint$/.test(field) && !noLookUp.has(field);

const fingerprintOfNobody = '0'.repeat(40);

/** Requests that take IDs in other places than that of the row. */
const otherPlaces: Record<string, Row['request'][]> = {
  getMigrationStatus: [
    ({ registryId }) => ({ query: { registryId } }),
    ({ brokerId }) => ({ query: { brokerId } }),
  ],
  listExports: [({ registryId }) => ({ query: { registryId } }), ({ brokerId }) => ({ query: { brokerId } })],
  readMetrics: [({ brokerId }) => ({ query: { scope: 'BROKER', id: brokerId } })],
};

type Place = 'path' | 'query' | 'body';
const places: readonly Place[] = ['path', 'query', 'body'];

interface Fixtures {
  /** The caller is an admin of its folder. */
  readonly own: Fixture;
  readonly foreign: Fixture;
  readonly account: Account;
}

let made: Promise<Fixtures> | undefined;

/** Made once: nothing here finds what it would change. */
async function makeFixtures(): Promise<Fixtures> {
  const { api } = installation();
  const [own, foreign] = [await newFixture(api), await newFixture(api)];
  const account = await createAccount(api, { folderId: own.folderId, role: 'admin' });
  return { own, foreign, account };
}

/** The operations that were tried with some ID. */
const tried = new Set<string>();

describe.each(operations.filter(({ isPublic }) => !isPublic))(
  '$operationId',
  ({ operationId, method, path }) => {
    test('knows no ID of another kind or folder', async () => {
      made ??= makeFixtures();
      const { own, foreign, account } = await made;
      // It takes IDs of one kind, and no account of a folder may even ask.
      if ((rows[operationId] as Row).where === 'every folder') return;
      const call = (request: Request) => account.call(method, urlOf(path, request), request.body);
      for (const make of [(rows[operationId] as Row).request, ...(otherPlaces[operationId] ?? [])]) {
        const [request, strange] = [await make(own), await make(foreign)];
        for (const place of places) {
          const given: unknown = request[place];
          for (const where of idsIn(given)) {
            const field = where.at(-1) ?? '';
            tried.add(operationId);
            const withId = (other: unknown) => call({ ...request, [place]: replaced(given, where, other) });
            const unknown = await withId(field === 'fingerprint' ? fingerprintOfNobody : createId());
            expectRefusal(unknown, 'NOT_FOUND');
            const theirs = valueAt(strange[place], where);
            const { [field]: _, ...ofOtherKinds } = await idsOf(own);
            const wrong = new Set<unknown>([
              ...Object.values(ofOtherKinds),
              ...Object.values(await idsOf(foreign)),
              theirs,
            ]);
            wrong.delete(valueAt(given, where));
            for (const other of field === 'fingerprint' ? [theirs] : wrong) {
              const answer = await withId(other);
              expect([field, answer.status, answer.body]).toEqual([field, unknown.status, unknown.body]);
            }
          }
        }
      }
    });
  },
);

afterAll(() => {
  // Those that take an ID nowhere but in a list, or to filter.
  const untried = operations.filter(({ operationId, isPublic }) => !isPublic && !tried.has(operationId));
  expect(untried.map(({ operationId }) => operationId).sort()).toEqual([
    'createBroker',
    'createNetworkBlock',
    'createRegistry',
    'createServiceAccount',
    'deleteBrowserSession',
    'deleteBrowserSessions',
    'deleteNetworkBlock',
    'findCertificates',
    'getBrokerByName',
    'getBrowserSession',
    'getInstallation',
    'getRegistryByName',
    'importResources',
    'issueSignInCode',
    'listAuditEvents',
    'listBrokers',
    'listBrowserSessions',
    'listDisabledResources',
    'listFolderCounts',
    'listFolders',
    'listNetworkBlocks',
    'listNodes',
    'listRefusedClients',
    'listRegistries',
    'listRegistryCounts',
    'listServiceAccounts',
    'renewAccessToken',
    'searchResources',
    'summarizeLogs',
  ]);
});

/** Where the IDs of a part of a request stand: the names that lead to each, lists aside. */
function idsIn(part: unknown): string[][] {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return [];
  return Object.entries(part).flatMap(([field, value]) =>
    isId(field) && typeof value === 'string' ? [[field]] : idsIn(value).map((where) => [field, ...where]),
  );
}

function valueAt(part: unknown, where: readonly string[]): unknown {
  return where.reduce((value, field) => (value as Record<string, unknown> | undefined)?.[field], part);
}

function replaced(part: unknown, [field = '', ...rest]: readonly string[], value: unknown): object {
  const inner = (part as Record<string, unknown>)[field];
  return { ...(part as object), [field]: rest.length === 0 ? value : replaced(inner, rest, value) };
}

type Ids = Readonly<Record<string, string>>;

const remembered = new Map<Fixture, Promise<Ids>>();

/** One of each kind, by the field that names it. */
function idsOf(fixture: Fixture): Promise<Ids> {
  const ids = remembered.get(fixture) ?? readIds(fixture);
  remembered.set(fixture, ids);
  return ids;
}

async function readIds({ api, registryId, deviceId, brokerId, serviceAccountId }: Fixture): Promise<Ids> {
  const path = `/iot-devices/v1/devices/${deviceId}`;
  const added = await api.must('POST', `${path}/passwords`, { password: 'Correct-Horse-7-Battery' });
  const records = { operationId: added.id, passwordId: added.response.id };
  return { registryId, deviceId, brokerId, serviceAccountId, ...records };
}
