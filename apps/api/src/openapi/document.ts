/** The OpenAPI document: made of the routes' own schemas, so it cannot say anything else than what is checked. */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { version } from '@iotcore/process';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { completeDocument, idempotencyKeyParameter } from './complete.ts';
import { schemaConfig } from './schema-config.ts';
import { type Document, tidyDocument } from './tidy.ts';
import { inVersion, type OpenApiVersion } from './version.ts';

const info = {
  title: 'IoT Core management API',
  version,
  license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
  description: [
    'Registries, devices and brokers, their credentials, topic aliases and operations. The calls under `/iot-devices/v1`, `/iot-broker/v1`, `/iam/v1` and `/operations` are those of the Yandex Cloud REST API; accounts, import and export, audit events and connection logs under `/ext/v1` are our own.',
    'Bodies are proto3 JSON: lower-camel names, enums by name, RFC 3339 timestamps, bytes in base64. Empty fields are absent from answers; lists are always there. Unknown fields and parameters are refused.',
    'Every answer has a header `x-request-id`, which the log and the audit trail have too.',
  ].join('\n\n'),
} as const;

const tags = [
  { name: 'RegistryService', description: 'Sets of devices.' },
  { name: 'DeviceService', description: 'Physical devices.' },
  { name: 'BrokerService', description: 'Isolated namespaces of topics.' },
  { name: 'OperationService', description: 'Records of mutating calls.' },
  { name: 'ResourceManagerService', description: 'Folders.' },
  { name: 'IamService', description: 'Access tokens, service accounts, their keys and roles.' },
  { name: 'MigrationService', description: 'Moving in and out.' },
  { name: 'AccessService', description: 'Live sessions of MQTT, and what is kept from connecting.' },
  { name: 'ObservationService', description: 'Audit events, connection logs, refused clients.' },
];

/** Options of @fastify/swagger for one version of OpenAPI. */
export function swaggerOptions(openapi: OpenApiVersion): FastifyDynamicSwaggerOptions {
  const zodToJsonConfig = schemaConfig;
  const finish = (document: Document) => inVersion(openapi, completeDocument(tidyDocument(document)));
  const transformObject = createJsonSchemaTransformObject({ zodToJsonConfig });
  return {
    openapi: {
      openapi,
      info,
      tags,
      servers: [{ url: 'http://127.0.0.1:8080', description: 'Where `npm start` serves it.' }],
      components: {
        parameters: { IdempotencyKey: idempotencyKeyParameter },
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token.' },
          apiKey: {
            type: 'apiKey',
            in: 'header',
            name: 'Authorization',
            description: '`Api-Key <secret>`: an API key of a service account.',
          },
        },
      },
      security: [{ bearer: [] }, { apiKey: [] }],
    },
    transform: createJsonSchemaTransform({ zodToJsonConfig }) as NonNullable<
      FastifyDynamicSwaggerOptions['transform']
    >,
    transformObject: (input) => finish(transformObject(input as never) as never) as never,
  };
}
