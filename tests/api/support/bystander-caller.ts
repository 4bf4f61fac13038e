import { openDatabase } from '@iotcore/store';
import type { Installation, Json } from '@iotcore/testkit';
import { expect } from 'vitest';
import { type Account, createAccount } from './accounts.ts';
import { newFolder } from './folders.ts';

const registries = '/iot-devices/v1/registries';
const devices = '/iot-devices/v1/devices';
const brokers = '/iot-broker/v1/brokers';
/** How many of each kind are asked for: the newest, and few, so that no rate that a test sets is exceeded. */
const askedOfEachKind = 3;
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** Somebody else who calls the API: the admin of a folder that no test uses, with a registry and a device in it. */
export class BystanderCaller {
  readonly #account: Account;
  readonly #folderId: string;
  readonly #device: Json;
  readonly #registry: Json;

  private constructor(account: Account, folderId: string, registry: Json, device: Json) {
    this.#account = account;
    this.#folderId = folderId;
    this.#registry = registry;
    this.#device = device;
  }

  static async start({ api }: Installation): Promise<BystanderCaller> {
    const folderId = newFolder();
    const account = await createAccount(api, { folderId, role: 'admin' });
    const registry = await must(account, 'POST', registries, { folderId });
    const device = await must(account, 'POST', devices, { registryId: registry.response.id });
    return new BystanderCaller(account, folderId, plain(registry.response), plain(device.response));
  }

  /** Fails if its list is not answered, or shows anything but its own registry as it left it. */
  async isServed(): Promise<void> {
    expect(await this.#list(registries)).toEqual({ registries: [this.#registry] });
  }

  /** Fails if it cannot change what is its own, if a list of its folder shows anything else, or another's is shown to it. */
  async worksAndSeesNothingForeign({ databaseUrl }: Installation): Promise<void> {
    const description = 'changed in the end';
    const body = { updateMask: 'description', description };
    await must(this.#account, 'PATCH', `${registries}/${this.#registry.id}`, body);
    expect(await this.#list(registries)).toEqual({ registries: [{ ...this.#registry, description }] });
    expect(await this.#list(devices)).toEqual({ devices: [this.#device] });
    expect(await this.#list(brokers)).toEqual({ brokers: [] });
    expect(await this.#list('/ext/v1/serviceAccounts')).toEqual({ serviceAccounts: [] });
    const { auditEvents } = await this.#list('/ext/v1/auditEvents');
    expect(auditEvents.filter(({ callerId }: Json) => callerId !== this.#account.id)).toEqual([]);

    for (const [collection, id] of await idsOfOthers(databaseUrl, this.#folderId)) {
      const answer = await this.#account.call('GET', `${collection}/${id}`);
      expect({ id, status: answer.status, code: answer.body.code }).toEqual({ id, status: 404, code: 5 });
    }
  }

  #list(path: string): Promise<Json> {
    return must(this.#account, 'GET', `${path}?folderId=${this.#folderId}`);
  }
}

async function must(account: Account, method: string, path: string, body?: unknown): Promise<Json> {
  const answer = await account.call(method, path, body);
  expect({ method, path, status: answer.status, body: answer.body }).toMatchObject({ status: 200 });
  return answer.body;
}

/** As it is got: the response of an operation names its type, too. */
function plain({ '@type': _, ...resource }: Json): Json {
  return resource;
}

/** What is there in other folders, the newest of each kind. */
async function idsOfOthers(databaseUrl: string, folderId: string): Promise<[string, string][]> {
  const database = openDatabase(databaseUrl, { logger: quiet, poolSize: 1 });
  const newest = async (table: string) => {
    const { rows } = await database.pool.query<{ id: string }>(
      `SELECT id FROM ${table} WHERE folder_id <> $1 ORDER BY created_at DESC LIMIT $2`,
      [folderId, askedOfEachKind],
    );
    return rows;
  };
  try {
    const found = [
      [registries, await newest('registries')],
      [devices, await newest('devices')],
      [brokers, await newest('brokers')],
    ] as const;
    return found.flatMap(([collection, all]) => all.map(({ id }): [string, string] => [collection, id]));
  } finally {
    await database.close();
  }
}
