import { createOperation, deleteOperation, updateOperation } from '../shared/top-level-mutations.ts';

export const createRegistry = createOperation('registry');
export const updateRegistry = updateOperation('registry');
export const deleteRegistry = deleteOperation('registry', {
  summary: 'Deletes an empty registry',
  description: 'With its credentials and retained messages. A registry that has devices cannot be deleted.',
});
