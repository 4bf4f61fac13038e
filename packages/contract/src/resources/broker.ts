import { z } from 'zod';
import { component } from '../schema/component.ts';
import {
  brokerId,
  description,
  folderId,
  labels,
  name,
  nextPageToken,
  paging,
  timestamp,
} from '../schema/fields.ts';
import { numbered } from '../schema/proto-json.ts';
import { LogOptions } from './log-options.ts';
import { createFields, updateFields } from './top-level.ts';

export const BrokerStatus = numbered(
  component('BrokerStatus', z.enum(['CREATING', 'ACTIVE', 'DELETING']), {
    description:
      'ACTIVE: brokers are created and deleted at once. An imported one may be DELETING, as it was exported.',
  }),
  1,
);

export const Broker = component(
  'Broker',
  z.object({
    id: brokerId,
    folderId,
    createdAt: timestamp,
    name: name.optional(),
    description: description.optional(),
    labels: labels.optional(),
    status: BrokerStatus,
    logOptions: LogOptions.optional(),
  }),
  {
    description: 'An isolated namespace of topics with few rules. Empty fields are absent.',
    examples: [
      {
        id: 'arebk27tq0v9s3f6m1dh',
        folderId: 'default',
        createdAt: '2026-11-22T15:38:28.412Z',
        name: 'plant',
        status: 'ACTIVE',
      },
    ],
  },
);
export type Broker = z.output<typeof Broker>;

export const ListBrokersQuery = z.strictObject({ folderId, ...paging() });
export const GetBrokerByNameQuery = z.strictObject({ folderId, brokerName: name });

export const ListBrokersResponse = component(
  'ListBrokersResponse',
  z.object({ brokers: z.array(Broker), nextPageToken: nextPageToken.optional() }),
  { description: 'A page of the brokers of a folder, ordered by ID.' },
);

export const CreateBrokerRequest = component('CreateBrokerRequest', z.strictObject(createFields), {
  description: 'A broker to create.',
  examples: [{ folderId: 'default', name: 'plant', password: 'Correct-Horse-7-Battery' }],
});

export const UpdateBrokerRequest = component('UpdateBrokerRequest', z.strictObject(updateFields), {
  description: 'What to change of a broker.',
  examples: [{ updateMask: 'description', description: 'Hall 7' }],
});
