/** What the scripts of all clients name. */
import { broker, device, devices } from '@iotcore/proto';

export const registries = devices.RegistryService.method;
export const ofDevices = device.DeviceService.method;
export const brokers = broker.BrokerService.method;

/** What the steps that create them have noted. */
export const registryId = '<registry>';
export const deviceId = '<device>';
export const brokerId = '<broker>';

/** The response of an operation that deletes. */
export const empty = 'google.protobuf.Empty';
