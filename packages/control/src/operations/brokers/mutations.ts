import { createOperation, deleteOperation, updateOperation } from '../shared/top-level-mutations.ts';

export const createBroker = createOperation('broker');
export const updateBroker = updateOperation('broker');
export const deleteBroker = deleteOperation('broker', {
  summary: 'Deletes a broker',
  description: 'With its credentials. Its sessions end within a second.',
});
