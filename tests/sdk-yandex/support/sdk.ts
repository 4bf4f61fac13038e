/** A session of the SDK that differs from one against the old service in two lines: the address, and whom to trust. */
import type { Any } from '@bufbuild/protobuf/wkt';
import type { Installation } from '@iotcore/testkit';
import { Session, waitForOperation } from '@yandex-cloud/nodejs-sdk';
import { brokerDataService, brokerService } from '@yandex-cloud/nodejs-sdk/iot-broker-v1';
import {
  deviceDataService,
  deviceService,
  registryDataService,
  registryService,
} from '@yandex-cloud/nodejs-sdk/iot-devices-v1';
import { expect } from 'vitest';

/** An operation of the SDK, as far as it matters here. */
interface SdkOperation {
  readonly id: string;
  readonly done: boolean;
  readonly metadata?: { readonly typeUrl: string; readonly value: Buffer } | undefined;
  readonly response?: { readonly typeUrl: string; readonly value: Buffer } | undefined;
}
interface Codec<T> {
  decode(bytes: Uint8Array): T;
}

export const typeUrl = (name: string): Any['typeUrl'] => `type.googleapis.com/yandex.cloud.iot.${name}`;

export function openSdk(installation: Installation, iamToken = installation.adminToken) {
  const address = `localhost:${installation.apiTlsPort}`;
  const session = new Session({
    iamToken,
    pollInterval: 10,
    ssl: { rootCerts: Buffer.from(installation.caPem) },
  });
  return {
    registries: session.client(registryService.RegistryServiceClient, address),
    devices: session.client(deviceService.DeviceServiceClient, address),
    brokers: session.client(brokerService.BrokerServiceClient, address),
    registryData: session.client(registryDataService.RegistryDataServiceClient, address),
    deviceData: session.client(deviceDataService.DeviceDataServiceClient, address),
    brokerData: session.client(brokerDataService.BrokerDataServiceClient, address),

    /** Waits for an operation as the SDK does, which asks for it at least once; what it says it did, and answered. */
    async finished<M, R>(started: SdkOperation, metadata: Codec<M>, response: Codec<R>) {
      const operation: SdkOperation = await waitForOperation(started as never, session, 60_000, address);
      expect(operation).toEqual(started);
      expect(operation.done).toBe(true);
      return {
        operation,
        metadata: metadata.decode(operation.metadata?.value ?? Buffer.alloc(0)),
        response: response.decode(operation.response?.value ?? Buffer.alloc(0)),
      };
    },
  };
}

/** What deletions answer. */
export const Empty: Codec<'nothing'> = {
  decode(bytes) {
    if (bytes.length > 0) throw new Error('google.protobuf.Empty has no fields');
    return 'nothing';
  },
};
