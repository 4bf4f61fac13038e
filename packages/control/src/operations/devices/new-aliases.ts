import { checkAliases, expandAliases } from '@iotcore/model';
import type { NewAlias } from '@iotcore/store/control';
import { errors } from '../../errors/catalogue.ts';

/**
 * The aliases of a device as they are stored.
 *
 * @throws INVALID_ARGUMENT if a prefix is not one of this device
 */
export function newAliases(given: Readonly<Record<string, string>>, deviceId: string): NewAlias[] {
  const aliases = [...expandAliases(Object.entries(given), deviceId)];
  const violations = checkAliases(aliases, deviceId);
  if (violations.length > 0)
    throw errors.invalidArgument(violations.map(({ field, description }) => ({ field, description })));
  return aliases.map(([alias, prefix]) => ({ alias, prefix }));
}
