import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { newCredentials } from '@iotcore/control';
import type { PasswordHasher } from '@iotcore/credentials';
import { createId } from '@iotcore/model';
import { type Logger, secretMode, writeFileWhole } from '@iotcore/process';
import type { ControlStore } from '@iotcore/store/control';

const folderId = 'default';
const secretBytes = 18;

/** Satisfies the password policy, and needs no quotes in a shell. */
function createPassword(): string {
  return `Sample1-${randomBytes(secretBytes).toString('base64url')}`;
}

/** Creates the sample registry and device in an empty database, and leaves their passwords in the data folder. */
export async function keepSample(
  dataDir: string,
  store: ControlStore,
  hasher: PasswordHasher,
  logger: Logger,
): Promise<void> {
  if (!(await store.isUntouched())) return;
  const sample = {
    folderId,
    registryId: createId(),
    registryPassword: createPassword(),
    deviceId: createId(),
    devicePassword: createPassword(),
  };
  const resources = {
    folderId,
    registry: {
      id: sample.registryId,
      name: 'sample-registry',
      credentials: await newCredentials({ password: sample.registryPassword }, hasher),
    },
    device: {
      id: sample.deviceId,
      name: 'sample-device',
      credentials: await newCredentials({ password: sample.devicePassword }, hasher),
    },
  };
  const path = join(dataDir, 'sample.json');
  const text = `${JSON.stringify(sample, null, 2)}\n`;
  const created = await store.createSample(resources, () => writeFileWhole(path, text, secretMode));
  if (created) logger.info({ registryId: sample.registryId, deviceId: sample.deviceId }, 'created a sample');
}
