/**
 * SQL: is this row of `table` (devices, registries or brokers) what `given` tells of, and not a resource of another folder that has its
 * ID by now? Where no folder is given, the ID is all that is known.
 */
export const isOwner = (table: string): string =>
  `(given.folder_id IS NULL OR ${table}.folder_id = given.folder_id)`;
