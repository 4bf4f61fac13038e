/** A method of a service: how it is served, and what its messages are. */
import type { DescMethod } from '@bufbuild/protobuf';
import type { ApiOperation } from '@iotcore/control';
import type { StreamCall } from './wire/stream-call.ts';

/** Served by an operation of the API, in its pipeline. */
export interface OperationMethod {
  readonly kind: 'operation';
  readonly method: DescMethod;
  readonly operation: ApiOperation;
}

/** Served by this edge: it needs no credentials and changes nothing. `serve` sends the answers; it throws ApiError. */
export interface OwnMethod {
  readonly kind: 'own';
  readonly method: DescMethod;
  /** It lasts as long as its caller listens. */
  readonly isLong?: true;
  serve(call: StreamCall): Promise<void>;
}

export type Method = OperationMethod | OwnMethod;

/** `yandex.cloud.iot.devices.v1.DeviceService/Get` */
export function fullName({ parent, name }: DescMethod): string {
  return `${parent.typeName}/${name}`;
}
