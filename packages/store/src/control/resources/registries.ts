import type { Sql } from '../../database/sql.ts';
import { NotEmptyError, translateConstraint } from '../errors.ts';
import { type RegistryRow, topLevelRows } from './top-level.ts';

const rows = topLevelRows<RegistryRow>('registry');

export const registries = {
  ...rows,

  /** @throws MissingError if it is gone */
  setStatus(tx: Sql, id: string, status: 'ACTIVE' | 'DISABLED'): Promise<RegistryRow> {
    return rows.set(tx, id, { status });
  },

  /**
   * Deletes a registry with its credentials and retained messages. That it is empty is decided by the foreign key of the
   * devices, so a device that is created at the same moment either comes first or finds no registry.
   *
   * @throws NotEmptyError, MissingError if it is gone
   */
  async delete(tx: Sql, id: string): Promise<void> {
    try {
      await rows.delete(tx, id);
    } catch (error) {
      const meant = translateConstraint(error);
      if (meant !== error) throw new NotEmptyError('devices', { cause: error });
      throw error;
    }
  },
};
