import { limits } from '../limits.ts';
import type { Violation } from './violation.ts';

export const labelKeyPattern = new RegExp(`^[a-z][-_0-9a-z]{0,${limits.labelKey.max - 1}}$`);
export const labelValuePattern = new RegExp(`^[-_0-9a-z]{0,${limits.labelValue.max}}$`);

/** Checks labels given as key and value pairs; every bad pair is reported. */
export function checkLabels(labels: Iterable<readonly [string, string]>, field = 'labels'): Violation[] {
  const violations: Violation[] = [];
  let count = 0;
  for (const [key, value] of labels) {
    count += 1;
    if (!labelKeyPattern.test(key)) {
      violations.push({
        code: 'INVALID_CHARACTERS',
        field,
        description: 'A key is 1 to 63 characters of [-_0-9a-z], the first one of [a-z].',
      });
    } else if (!labelValuePattern.test(value)) {
      violations.push({
        code: 'INVALID_CHARACTERS',
        field: `${field}.${key}`,
        description: 'A value is at most 63 characters of [-_0-9a-z].',
      });
    }
  }
  if (count > limits.labels.max) {
    return [{ code: 'TOO_MANY', field, description: `At most ${limits.labels.max} labels.` }];
  }
  return violations;
}
