import { characterCount, isStorableText } from '../fields/text.ts';
import type { Violation } from '../fields/violation.ts';
import { limits, minPasswordCharacters } from '../limits.ts';

const groups: readonly RegExp[] = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/];
const requiredGroups = 3;

/**
 * Checks a new password: at least 14 characters, three of the groups lower-case Latin, upper-case Latin, digit, special
 * (everything else, letters of other scripts too), and at most 1,024 bytes of UTF-8.
 */
export function checkPassword(password: string, field = 'password'): Violation | undefined {
  if (!isStorableText(password)) {
    return { code: 'INVALID_CHARACTERS', field, description: 'No U+0000 and no lone surrogates.' };
  }
  if (Buffer.byteLength(password) > limits.password.max) {
    return { code: 'TOO_LONG', field, description: `At most ${limits.password.max} bytes in UTF-8.` };
  }
  if (characterCount(password) < minPasswordCharacters) {
    return { code: 'TOO_SHORT', field, description: `At least ${minPasswordCharacters} characters.` };
  }
  if (groups.filter((group) => group.test(password)).length < requiredGroups) {
    return {
      code: 'WEAK_PASSWORD',
      field,
      description:
        'At least three of: lower-case Latin letters, upper-case Latin letters, digits, special characters.',
    };
  }
  return undefined;
}
