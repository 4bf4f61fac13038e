import { z } from 'zod';
import { component } from '../schema/component.ts';
import {
  description,
  deviceId,
  folderId,
  labels,
  name,
  nextPageToken,
  paging,
  registryId,
  timestamp,
} from '../schema/fields.ts';
import { numbered } from '../schema/proto-json.ts';
import { updateMask } from '../schema/update-mask.ts';
import { topicAliases } from './alias-fields.ts';
import { newPassword } from './credential-fields.ts';
import { initialCertificates } from './credentials.ts';

/** Devices of one page at most. */
const maxDevicesPerPage = 20_000;

const DeviceView = numbered(
  component('DeviceView', z.enum(['BASIC', 'FULL']), {
    description: 'FULL shows monitoringData too. Default BASIC.',
  }),
  0,
);

const MonitoringData = component(
  'DeviceMonitoringData',
  z.object({
    lastAuthIp: z.string().optional(),
    lastAuthTime: timestamp.optional(),
    lastPubActivityTime: timestamp.optional(),
    lastSubActivityTime: timestamp.optional(),
    lastOnlineTime: timestamp.optional(),
    lastDisconnectTime: timestamp.optional(),
  }),
  { description: 'When and from where a device was last seen. At most a few seconds old.' },
);

export const DeviceStatus = numbered(
  component('DeviceStatus', z.enum(['CREATING', 'ACTIVE', 'DELETING']), {
    description:
      'ACTIVE: devices are created and deleted at once. An imported one may be DELETING, as it was exported.',
  }),
  1,
);

export const Device = component(
  'Device',
  z.object({
    id: deviceId,
    registryId,
    createdAt: timestamp,
    name: name.optional(),
    description: description.optional(),
    topicAliases: z.record(z.string(), z.string()).optional().describe('Alias → topic prefix.'),
    status: DeviceStatus,
    monitoringData: MonitoringData.optional(),
    labels: labels.optional(),
  }),
  {
    description: 'One physical device. Empty fields are absent.',
    examples: [
      {
        id: 'are9gnqohp4npug37mbs',
        registryId: 'are0qv3m5ptk1s8c2d4b',
        createdAt: '2026-11-22T15:38:28.412Z',
        name: 'pump-7',
        topicAliases: { 'pump7/': '$devices/are9gnqohp4npug37mbs/' },
        status: 'ACTIVE',
      },
    ],
  },
);
export type Device = z.output<typeof Device>;

const deviceView = DeviceView.optional();

export const GetDeviceQuery = z.strictObject({ deviceView });
export const GetDeviceByNameQuery = z.strictObject({ registryId, deviceName: name, deviceView });
export const ListDevicesQuery = z
  .strictObject({
    registryId: registryId.optional(),
    folderId: folderId.optional(),
    ...paging(maxDevicesPerPage),
    deviceView,
  })
  .refine((query) => (query.registryId === undefined) !== (query.folderId === undefined), {
    message: 'exactly one of registryId and folderId must be given',
    path: ['registryId'],
  });

export const ListDevicesResponse = component(
  'ListDevicesResponse',
  z.object({ devices: z.array(Device), nextPageToken: nextPageToken.optional() }),
  { description: 'A page of the devices of a registry or folder, ordered by ID.' },
);

export const CreateDeviceRequest = component(
  'CreateDeviceRequest',
  z.strictObject({
    registryId,
    name: name.optional(),
    description: description.optional(),
    certificates: initialCertificates.optional(),
    topicAliases: topicAliases.optional(),
    password: newPassword.optional(),
    labels: labels.optional(),
  }),
  {
    description: 'A device to create.',
    examples: [
      {
        registryId: 'are0qv3m5ptk1s8c2d4b',
        name: 'pump-7',
        topicAliases: { 'pump7/': '$devices/{id}/' },
        password: 'Correct-Horse-7-Battery',
      },
    ],
  },
);

export const UpdateDeviceRequest = component(
  'UpdateDeviceRequest',
  z.strictObject({
    updateMask: updateMask(['name', 'description', 'topicAliases', 'labels']).optional(),
    name: name.optional(),
    description: description.optional(),
    topicAliases: topicAliases.optional(),
    labels: labels.optional(),
  }),
  {
    description: 'What to change of a device.',
    examples: [{ updateMask: 'topicAliases', topicAliases: { 'pump7/': '$devices/{id}/' } }],
  },
);
