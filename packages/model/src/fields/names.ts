import { limits } from '../limits.ts';
import { checkText } from './text.ts';
import type { Violation } from './violation.ts';

/** Names of registries, devices and brokers; empty means without a name. */
export const namePattern = new RegExp(`^[a-zA-Z0-9_-]{0,${limits.name.max}}$`);

export function checkName(name: string, field = 'name'): Violation | undefined {
  if (namePattern.test(name)) return undefined;
  if (name.length > limits.name.max) {
    return { code: 'TOO_LONG', field, description: `At most ${limits.name.max} characters.` };
  }
  return { code: 'INVALID_CHARACTERS', field, description: 'Only characters of [a-zA-Z0-9_-].' };
}

export function checkDescription(description: string, field = 'description'): Violation | undefined {
  return checkText(description, limits.description.max, field);
}
