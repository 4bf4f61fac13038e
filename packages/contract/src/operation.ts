import { z } from 'zod';
import { component } from './schema/component.ts';
import { operationId, timestamp } from './schema/fields.ts';
import { Status } from './status.ts';

const Any = component(
  'Any',
  z.looseObject({ '@type': z.string().describe('What message it is: `type.googleapis.com/<name>`.') }),
  { description: 'A message of the type that `@type` names, as proto3 JSON.' },
);
export type Any = z.output<typeof Any>;

export const Operation = component(
  'Operation',
  z.object({
    id: operationId,
    description: z.string(),
    createdAt: timestamp,
    createdBy: z.string().describe('ID of the account that made the call.'),
    modifiedAt: timestamp,
    done: z.boolean().describe('Always true: an operation is done when it is answered.'),
    metadata: Any.describe('The IDs of what it acted on.'),
    error: Status.optional(),
    response: Any.optional(),
  }),
  {
    description: 'The record of one mutating call. One of `error` and `response` is present.',
    examples: [
      {
        id: 'are1nvbp6h80j2kq5smt',
        description: 'Add device password',
        createdAt: '2026-11-22T15:38:28.412Z',
        createdBy: 'are3a7pqv2k9dn0hmtc5',
        modifiedAt: '2026-11-22T15:38:28.412Z',
        done: true,
        metadata: {
          '@type': 'type.googleapis.com/yandex.cloud.iot.devices.v1.AddDevicePasswordMetadata',
          deviceId: 'are9gnqohp4npug37mbs',
          passwordId: 'areqs0u4tcf7d3l2bv6e',
        },
        response: {
          '@type': 'type.googleapis.com/yandex.cloud.iot.devices.v1.DevicePassword',
          deviceId: 'are9gnqohp4npug37mbs',
          id: 'areqs0u4tcf7d3l2bv6e',
          createdAt: '2026-11-22T15:38:28.409Z',
        },
      },
    ],
  },
);
export type Operation = z.output<typeof Operation>;
