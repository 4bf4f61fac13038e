/** What requests about registries and brokers have in common: both lie directly in a folder. */

import { description, folderId, labels, name } from '../schema/fields.ts';
import { updateMask } from '../schema/update-mask.ts';
import { newPassword } from './credential-fields.ts';
import { initialCertificates } from './credentials.ts';
import { LogOptions } from './log-options.ts';

const changeable = {
  name: name.optional(),
  description: description.optional(),
  labels: labels.optional(),
  logOptions: LogOptions.optional(),
};

export const createFields = {
  folderId,
  ...changeable,
  certificates: initialCertificates.optional(),
  password: newPassword.optional(),
};

const partsOfLogOptions = Object.keys(LogOptions.shape).map((part) => `logOptions.${part}`);

export const updateFields = {
  updateMask: updateMask([...Object.keys(changeable), ...partsOfLogOptions]).optional(),
  ...changeable,
};
