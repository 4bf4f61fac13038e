/** Every method of every service, and how it is served. */
import { type ApiOperation, operations } from '@iotcore/control';
import { serviceFiles } from '@iotcore/proto';
import { fullName, type Method, type OwnMethod } from './method.ts';
import { operationNames } from './method-names.ts';

const byName = new Map<string, ApiOperation>(operations.map((operation) => [operation.name, operation]));

/** By full name. Those that neither an operation nor `own` serves are left out: they are UNIMPLEMENTED. */
export function allMethods(own: readonly OwnMethod[]): ReadonlyMap<string, Method> {
  const ownByName = new Map(own.map((one) => [fullName(one.method), one]));
  const methods = serviceFiles.flatMap((file) => file.services).flatMap(({ methods }) => methods);
  return new Map(
    methods.flatMap((method): [string, Method][] => {
      const name = fullName(method);
      const operation = byName.get(operationNames.get(name) ?? '');
      const served = ownByName.get(name) ?? (operation && { kind: 'operation', method, operation });
      return served ? [[name, served]] : [];
    }),
  );
}
