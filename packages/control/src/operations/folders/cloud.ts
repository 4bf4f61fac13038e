/** The one cloud that all folders are in: clients of the old service expect that there is one. */
import { Cloud, cloudIdParameter, ListCloudsQuery, ListCloudsResponse } from '@iotcore/contract';
import { errors } from '../../errors/catalogue.ts';
import { defineOperation } from '../../pipeline/operation.ts';
import { nothing } from '../../pipeline/subject.ts';
import { isNamed } from './name-filter.ts';

const service = 'ResourceManagerService';

export const theCloud: Cloud = { id: 'iotcore', name: 'iotcore', description: 'This installation' };

export const cloudOperations = [
  defineOperation({
    name: 'getCloud',
    service,
    summary: 'Returns the cloud',
    permission: 'view',
    ids: { cloudId: cloudIdParameter },
    output: Cloud,
    subject: () => nothing,
    async run({ input: { cloudId } }) {
      if (cloudId !== theCloud.id) throw errors.notFound('Cloud');
      return theCloud;
    },
  }),

  defineOperation({
    name: 'listClouds',
    service,
    summary: 'Lists the one cloud',
    permission: 'view',
    message: ListCloudsQuery,
    output: ListCloudsResponse,
    subject: () => nothing,
    run: async ({ input: { filter } }) => ({ clouds: [theCloud].filter(isNamed(filter)) }),
  }),
];
