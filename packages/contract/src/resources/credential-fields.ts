import {
  checkPassword,
  limits,
  minPasswordCharacters,
  readCertificate,
  type Violation,
} from '@iotcore/model';
import { checked } from '../schema/fields.ts';

export const certificateData = checked(whyNoCertificate, {
  maxLength: limits.certificateData.max,
  description:
    'One X.509 certificate in PEM, the public part only; of a chain the first counts. Its dates are checked when a client connects.',
});

export const newPassword = checked((password) => checkPassword(password), {
  minLength: minPasswordCharacters,
  format: 'password',
  writeOnly: true,
  description:
    'At least 14 characters and three of: lower-case Latin letters, upper-case Latin letters, digits, special characters.',
});

function whyNoCertificate(pem: string): Violation | undefined {
  const reading = readCertificate(pem);
  return reading.ok ? undefined : reading.violation;
}
