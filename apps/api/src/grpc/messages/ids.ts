import { errors } from '@iotcore/control';
import { checkId } from '@iotcore/model';

const maxIdCharacters = 50;

/**
 * Clients try names where an ID is asked for, and drop a resource from their state on NOT_FOUND alone: what has another form
 * than an ID names nothing. Empty and longer texts stay INVALID_ARGUMENT.
 *
 * @throws ApiError NOT_FOUND
 */
export function refuseForeignIds(
  ids: Readonly<Record<string, unknown>> | undefined,
  fields: Readonly<Record<string, unknown>>,
): void {
  for (const name of Object.keys(ids ?? {})) {
    const noun = nouns.get(name);
    const id = fields[name];
    if (noun === undefined || typeof id !== 'string' || id === '' || id.length > maxIdCharacters) continue;
    if (checkId(id, name)) throw errors.notFound(noun);
  }
}

const nouns: ReadonlyMap<string, string> = new Map([
  ['registryId', 'Registry'],
  ['deviceId', 'Device'],
  ['brokerId', 'Broker'],
  ['operationId', 'Operation'],
  ['passwordId', 'Password'],
]);
