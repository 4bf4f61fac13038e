/** The messages and services of the gRPC API, generated from proto/ (`npm run generate`). */
import { createRegistry, type DescFile } from '@bufbuild/protobuf';
import { file_google_protobuf_empty, file_google_protobuf_struct } from '@bufbuild/protobuf/wkt';
import { file_google_rpc_error_details } from './generated/google/rpc/error_details_pb.js';
import { file_grpc_health_v1_health } from './generated/grpc/health/v1/health_pb.js';
import { file_grpc_reflection_v1_reflection } from './generated/grpc/reflection/v1/reflection_pb.js';
import { file_grpc_reflection_v1alpha_reflection } from './generated/grpc/reflection/v1alpha/reflection_pb.js';
import { file_yandex_cloud_endpoint_api_endpoint_service } from './generated/yandex/cloud/endpoint/api_endpoint_service_pb.js';
import { file_yandex_cloud_iam_v1_iam_token_service } from './generated/yandex/cloud/iam/v1/iam_token_service_pb.js';
import { file_yandex_cloud_iot_broker_v1_broker_data_service } from './generated/yandex/cloud/iot/broker/v1/broker_data_service_pb.js';
import { file_yandex_cloud_iot_broker_v1_broker_service } from './generated/yandex/cloud/iot/broker/v1/broker_service_pb.js';
import { file_yandex_cloud_iot_devices_v1_device_data_service } from './generated/yandex/cloud/iot/devices/v1/device_data_service_pb.js';
import { file_yandex_cloud_iot_devices_v1_device_service } from './generated/yandex/cloud/iot/devices/v1/device_service_pb.js';
import { file_yandex_cloud_iot_devices_v1_registry_data_service } from './generated/yandex/cloud/iot/devices/v1/registry_data_service_pb.js';
import { file_yandex_cloud_iot_devices_v1_registry_service } from './generated/yandex/cloud/iot/devices/v1/registry_service_pb.js';
import { file_yandex_cloud_operation_operation_service } from './generated/yandex/cloud/operation/operation_service_pb.js';
import { file_yandex_cloud_resourcemanager_v1_cloud_service } from './generated/yandex/cloud/resourcemanager/v1/cloud_service_pb.js';
import { file_yandex_cloud_resourcemanager_v1_folder_service } from './generated/yandex/cloud/resourcemanager/v1/folder_service_pb.js';

/** The files that hold a service; what they import is reachable from them. */
export const serviceFiles: readonly DescFile[] = [
  file_yandex_cloud_iot_devices_v1_registry_service,
  file_yandex_cloud_iot_devices_v1_registry_data_service,
  file_yandex_cloud_iot_devices_v1_device_service,
  file_yandex_cloud_iot_devices_v1_device_data_service,
  file_yandex_cloud_iot_broker_v1_broker_service,
  file_yandex_cloud_iot_broker_v1_broker_data_service,
  file_yandex_cloud_operation_operation_service,
  file_yandex_cloud_iam_v1_iam_token_service,
  file_yandex_cloud_endpoint_api_endpoint_service,
  file_yandex_cloud_resourcemanager_v1_folder_service,
  file_yandex_cloud_resourcemanager_v1_cloud_service,
  file_grpc_health_v1_health,
  file_grpc_reflection_v1_reflection,
  file_grpc_reflection_v1alpha_reflection,
];

/** Every file, those that are imported included. */
export const files: readonly DescFile[] = [
  ...withImports([
    ...serviceFiles,
    file_google_protobuf_empty,
    file_google_protobuf_struct,
    file_google_rpc_error_details,
  ]),
];

/** Every message by its full name: what `google.protobuf.Any` may hold, and what reflection answers. */
export const messages = createRegistry(...files);

/** These files and all that they import, each once. */
function withImports(files: readonly DescFile[], found = new Set<DescFile>()): Set<DescFile> {
  for (const file of files) {
    if (found.has(file)) continue;
    found.add(file);
    withImports(file.dependencies, found);
  }
  return found;
}

export { BadRequestSchema } from './generated/google/rpc/error_details_pb.js';
export { StatusSchema } from './generated/google/rpc/status_pb.js';
export {
  Health,
  HealthCheckRequestSchema,
  HealthCheckResponse_ServingStatus,
  HealthCheckResponseSchema,
} from './generated/grpc/health/v1/health_pb.js';
export * as reflection from './generated/grpc/reflection/v1/reflection_pb.js';
export * as reflectionAlpha from './generated/grpc/reflection/v1alpha/reflection_pb.js';
export {
  ApiEndpointSchema,
  ApiEndpointService,
  GetApiEndpointRequestSchema,
  ListApiEndpointsResponseSchema,
} from './generated/yandex/cloud/endpoint/api_endpoint_service_pb.js';
export * as iam from './generated/yandex/cloud/iam/v1/iam_token_service_pb.js';
export * as brokerData from './generated/yandex/cloud/iot/broker/v1/broker_data_service_pb.js';
export * as broker from './generated/yandex/cloud/iot/broker/v1/broker_service_pb.js';
export * as deviceData from './generated/yandex/cloud/iot/devices/v1/device_data_service_pb.js';
export * as device from './generated/yandex/cloud/iot/devices/v1/device_service_pb.js';
export * as registryData from './generated/yandex/cloud/iot/devices/v1/registry_data_service_pb.js';
export * as devices from './generated/yandex/cloud/iot/devices/v1/registry_service_pb.js';
export * as operations from './generated/yandex/cloud/operation/operation_service_pb.js';
export * as clouds from './generated/yandex/cloud/resourcemanager/v1/cloud_service_pb.js';
export * as folders from './generated/yandex/cloud/resourcemanager/v1/folder_service_pb.js';
