/** Certificates, passwords, operations and publishing: the same for registries, devices and brokers but for the names. */
import { z } from 'zod';
import { Operation } from '../operation.ts';
import { component } from '../schema/component.ts';
import { fingerprint, nextPageToken, passwordId, timestamp } from '../schema/fields.ts';
import { certificateData, newPassword } from './credential-fields.ts';
import { data, publishTopic } from './publish-fields.ts';
import { type ResourceNames, resourceNames } from './resource-kinds.ts';

/** A certificate in a request that creates its owner. */
const CertificateSpec = component('CertificateSpec', z.strictObject({ certificateData }), {
  description: 'A certificate of the resource that is being created.',
});

export const initialCertificates = z
  .array(CertificateSpec)
  .max(100, 'must be at most 100 certificates')
  .meta({ description: 'Its first certificates.' });

const examplePem = '-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----\n';

function messagesOf({ noun, idField, kind }: ResourceNames) {
  const ownerId = { [idField]: z.string().meta({ description: `ID of the ${kind}.` }) };

  const Certificate = component(
    `${noun}Certificate`,
    z.object({
      ...ownerId,
      fingerprint,
      certificateData: z.string().meta({ description: 'PEM, as it was given.', examples: [examplePem] }),
      createdAt: timestamp,
    }),
    { description: `A certificate of a ${kind}.` },
  );

  const Password = component(
    `${noun}Password`,
    z.object({ ...ownerId, id: passwordId, createdAt: timestamp }),
    {
      description: `A password of a ${kind}. Its text is stored as a hash alone, and never shown.`,
    },
  );

  return {
    Certificate,
    ListCertificatesResponse: component(
      `List${noun}CertificatesResponse`,
      z.object({ certificates: z.array(Certificate) }),
      { description: `All certificates of a ${kind}.` },
    ),
    AddCertificateRequest: component(`Add${noun}CertificateRequest`, z.strictObject({ certificateData }), {
      description: 'The certificate to add. No other resource of the installation may have it.',
    }),
    Password,
    ListPasswordsResponse: component(
      `List${noun}PasswordsResponse`,
      z.object({ passwords: z.array(Password) }),
      {
        description: `All passwords of a ${kind}.`,
      },
    ),
    AddPasswordRequest: component(`Add${noun}PasswordRequest`, z.strictObject({ password: newPassword }), {
      description: 'The password to add.',
      examples: [{ password: 'Correct-Horse-7-Battery' }],
    }),
    ListOperationsResponse: component(
      `List${noun}OperationsResponse`,
      z.object({ operations: z.array(Operation), nextPageToken: nextPageToken.optional() }),
      { description: `A page of the operations on a ${kind}, newest first.` },
    ),
    PublishDataRequest: component(
      `Publish${noun}DataRequest`,
      z.strictObject({ topic: publishTopic, data }),
      {
        description: `A message to publish as the ${kind}.`,
        examples: [
          {
            topic: kind === 'broker' ? 'plant/7/temperature' : '$devices/are9gnqohp4npug37mbs/events',
            data: 'eyJ0IjoyMX0=',
          },
        ],
      },
    ),
    PublishDataResponse: component(`Publish${noun}DataResponse`, z.object({}), {
      description: 'The message has been handed to every data-plane node.',
      examples: [{}],
    }),
  };
}

/** The messages of each kind of resource that has credentials. */
export const credentialMessages = {
  registry: messagesOf(resourceNames.registry),
  device: messagesOf(resourceNames.device),
  broker: messagesOf(resourceNames.broker),
};
