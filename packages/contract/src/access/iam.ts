/** Accounts, their keys and roles, and the exchange of a signed JWT for an access token. */
import { roles } from '@iotcore/model';
import { z } from 'zod';
import { component } from '../schema/component.ts';
import {
  apiKeyId,
  authorizedKeyId,
  checked,
  description,
  folderId,
  instant,
  name,
  nextPageToken,
  paging,
  roleBindingId,
  serviceAccountId,
  timestamp,
} from '../schema/fields.ts';
import { checkPublicKey } from './public-key.ts';

export const CreateIamTokenRequest = component(
  'CreateIamTokenRequest',
  z
    .strictObject({
      jwt: z
        .string()
        .max(8192, 'At most 8192 characters.')
        .describe('A JWT signed (PS256) with an authorized key of the account.')
        .optional(),
      yandexPassportOauthToken: z
        .string()
        .max(4000, 'At most 4000 characters.')
        .describe('A token or the secret of an API key of this installation.')
        .optional(),
    })
    .refine(
      ({ jwt, yandexPassportOauthToken }) => jwt !== undefined || yandexPassportOauthToken !== undefined,
      {
        message: 'Required: this or yandexPassportOauthToken.',
        path: ['jwt'],
      },
    )
    .refine(
      ({ jwt, yandexPassportOauthToken }) => jwt === undefined || yandexPassportOauthToken === undefined,
      {
        message: 'jwt and yandexPassportOauthToken exclude each other.',
        path: ['jwt'],
      },
    ),
  {
    description:
      'A signed JWT of a service account (iss is its ID, exp at most one hour after iat, header kid its key), or another secret of this installation in place of the OAuth token that the old service takes.',
  },
);

export const CreateIamTokenResponse = component(
  'CreateIamTokenResponse',
  z.object({ iamToken: z.string(), expiresAt: timestamp }),
  { description: 'A token to send as `Authorization: Bearer <iamToken>`.' },
);

/** As long as the token of the admin that a start leaves in the data folder. */
export const maxRenewedTokenDays = 365;

export const RenewAccessTokenRequest = component(
  'RenewAccessTokenRequest',
  z.strictObject({
    expiresAt: instant.meta({
      description: `When the new token ends: at most ${maxRenewedTokenDays} days from now.`,
    }),
  }),
  { description: 'A new access token to issue.', examples: [{ expiresAt: '2027-06-30T00:00:00Z' }] },
);

export const ServiceAccount = component(
  'ServiceAccount',
  z.object({
    id: serviceAccountId,
    folderId: z.string(),
    createdAt: timestamp,
    name: z.string(),
    description: description.optional(),
  }),
  {
    description: 'A caller that is a program.',
    examples: [
      {
        id: 'aresa1c7v90kq2m4n8tb',
        folderId: 'default',
        createdAt: '2026-11-22T15:38:28.412Z',
        name: 'deployer',
      },
    ],
  },
);
export type ServiceAccount = z.output<typeof ServiceAccount>;

export const ListServiceAccountsQuery = z.strictObject({ folderId, ...paging() });

export const ListServiceAccountsResponse = component(
  'ListServiceAccountsResponse',
  z.object({ serviceAccounts: z.array(ServiceAccount), nextPageToken: nextPageToken.optional() }),
  { description: 'A page of the service accounts of a folder, ordered by ID.' },
);

export const CreateServiceAccountRequest = component(
  'CreateServiceAccountRequest',
  z.strictObject({
    folderId,
    name: name.refine((value) => value !== '', 'A name is required.'),
    description: description.optional(),
  }),
  {
    description: 'A service account to create. Its name is unique in the folder.',
    examples: [{ folderId: 'default', name: 'deployer' }],
  },
);

const expiresAt = instant.meta({ description: 'When it stops to work. Absent: never.' }).optional();

export const AuthorizedKey = component(
  'AuthorizedKey',
  z.object({
    id: authorizedKeyId,
    serviceAccountId,
    createdAt: timestamp,
    publicKey: z.string(),
    expiresAt: timestamp.optional(),
  }),
  { description: 'The public half of a key with which the account signs its JWTs.' },
);
export type AuthorizedKey = z.output<typeof AuthorizedKey>;

export const ListAuthorizedKeysResponse = component(
  'ListAuthorizedKeysResponse',
  z.object({ authorizedKeys: z.array(AuthorizedKey) }),
  { description: 'All authorized keys of a service account.' },
);

export const CreateAuthorizedKeyRequest = component(
  'CreateAuthorizedKeyRequest',
  z.strictObject({
    publicKey: checked(checkPublicKey, {
      description: 'An RSA public key (2,048 to 8,192 bits), SPKI in PEM.',
    }),
    expiresAt,
  }),
  { description: 'An authorized key to add.' },
);

export const ApiKey = component(
  'ApiKey',
  z.object({
    id: apiKeyId,
    serviceAccountId,
    createdAt: timestamp,
    description: description.optional(),
    expiresAt: timestamp.optional(),
  }),
  { description: 'A key that a script sends as `Authorization: Api-Key <secret>`.' },
);
export type ApiKey = z.output<typeof ApiKey>;

export const ListApiKeysResponse = component('ListApiKeysResponse', z.object({ apiKeys: z.array(ApiKey) }), {
  description: 'All API keys of a service account.',
});

export const CreateApiKeyRequest = component(
  'CreateApiKeyRequest',
  z.strictObject({ description: description.optional(), expiresAt }),
  { description: 'An API key to make.', examples: [{ description: 'nightly report' }] },
);

export const CreateApiKeyResponse = component(
  'CreateApiKeyResponse',
  z.object({
    apiKey: ApiKey,
    secret: z
      .string()
      .optional()
      .describe('Shown this once; a repeated call with the same Idempotency-Key answers without it.'),
  }),
  { description: 'The new API key.' },
);

const role = component('Role', z.enum(roles as readonly [string, ...string[]]), {
  description:
    'viewer: get and list. editor: also create, update, delete, publish. admin: also accounts and keys. The others publish only.',
});

export const RoleBinding = component(
  'RoleBinding',
  z.object({ id: roleBindingId, serviceAccountId, folderId: z.string(), role, createdAt: timestamp }),
  { description: 'A role of a service account on a folder; the folder `*` is every folder.' },
);
export type RoleBinding = z.output<typeof RoleBinding>;

export const ListRoleBindingsResponse = component(
  'ListRoleBindingsResponse',
  z.object({ roleBindings: z.array(RoleBinding) }),
  { description: 'All roles of a service account.' },
);

export const CreateRoleBindingRequest = component(
  'CreateRoleBindingRequest',
  z.strictObject({ folderId: z.union([z.literal('*'), folderId]), role }),
  {
    description: 'A role to give. The caller must be an admin of that folder.',
    examples: [{ folderId: 'default', role: 'viewer' }],
  },
);
