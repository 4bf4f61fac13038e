import { createId } from '@iotcore/model';
import type { ApiAnswer, Installation, Json } from '@iotcore/testkit';
import { expect } from 'vitest';
import { newFolder } from './folders.ts';

export const importPath = '/ext/v1/import';

/** Entries of an import, with new IDs. */
export const registry = (fields: object = {}) => ({ id: createId(), folderId: newFolder(), ...fields });
export const device = (registryId: string, fields: object = {}) => ({
  id: createId(),
  registryId,
  ...fields,
});

export const outcomesOf = (results: readonly Json[]): string[] => results.map(({ outcome }) => outcome);

/** What tests of imports do, as the admin. */
export class Importing {
  readonly #installation: () => Pick<Installation, 'api'>;

  constructor(installation: () => Pick<Installation, 'api'>) {
    this.#installation = installation;
  }

  /** An import that is taken: what became of each entry. */
  async importAll(body: Record<string, unknown>): Promise<Json[]> {
    return (await this.#installation().api.must('POST', importPath, body)).results;
  }

  /** A registry that has been imported. */
  async newRegistry(fields: object = {}): Promise<ReturnType<typeof registry>> {
    const entry = registry(fields);
    expect(outcomesOf(await this.importAll({ registries: [entry] }))).toEqual(['CREATED']);
    return entry;
  }

  getDevice(id: string): Promise<ApiAnswer> {
    return this.#installation().api.call('GET', `/iot-devices/v1/devices/${id}`);
  }

  /** The certificates of the resource at this path. */
  async certificatesOf(path: string): Promise<Json[]> {
    return (await this.#installation().api.must('GET', `${path}/certificates`)).certificates;
  }
}
