/** What a call of a method that is not served is told: what to do instead. */
import { ApiError } from '@iotcore/control';

const accounts = 'POST /ext/v1/serviceAccounts in the REST API, or `iotcore service-account`';

/** By the beginning of the full name; the first that fits counts. */
const advice: readonly (readonly [prefix: string, instead: string])[] = [
  [
    'yandex.cloud.iam.v1.IamTokenService/CreateForServiceAccount',
    'exchange a JWT of the service account, or one of its API keys, with IamTokenService/Create',
  ],
  [
    'yandex.cloud.iam.v1.IamTokenService/Revoke',
    'delete the key that the token was exchanged for, or the account: its tokens end within a second',
  ],
  [
    'yandex.cloud.iam.v1.KeyService/',
    'use POST /ext/v1/serviceAccounts/{id}/authorizedKeys in the REST API, or `iotcore service-account key`',
  ],
  [
    'yandex.cloud.iam.v1.ApiKeyService/',
    'use POST /ext/v1/serviceAccounts/{id}/apiKeys in the REST API, or `iotcore service-account api-key`',
  ],
  ['yandex.cloud.iam.', `use ${accounts}`],
  [
    'yandex.cloud.resourcemanager.v1.FolderService/',
    'folders need no creation: name any ID as folder_id; roles are given with `iotcore access`',
  ],
  ['yandex.cloud.resourcemanager.', 'there is one cloud, which is the installation; it needs no management'],
  ['yandex.cloud.logging.', 'read connection logs with GET /ext/v1/registries/{id}/logs in the REST API'],
  ['yandex.cloud.iot.', 'the methods that are served are listed by server reflection'],
];

const otherwise = 'this server has registries, devices and brokers; server reflection lists its methods';
/** Of the name in the answer, which the caller chose. */
const maxNameCharacters = 200;

export function unimplemented(fullName: string): ApiError {
  const [, instead = otherwise] = advice.find(([prefix]) => fullName.startsWith(prefix)) ?? [];
  const name = fullName.slice(0, maxNameCharacters);
  return new ApiError('UNIMPLEMENTED', `${name || 'A method without a name'} is not served: ${instead}.`);
}

/** Methods of our own .proto files that are left out on purpose. */
export const unservedMethods: readonly string[] = [
  'yandex.cloud.iam.v1.IamTokenService/CreateForServiceAccount',
  'yandex.cloud.iam.v1.IamTokenService/Revoke',
];
