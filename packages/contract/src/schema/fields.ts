/** The fields that many messages share. What they must be is decided by the model; here it is said in zod. */
import {
  checkDescription,
  checkFolderId,
  checkId,
  checkLabels,
  checkName,
  checkText,
  folderIdPattern,
  idPattern,
  labelKeyPattern,
  labelValuePattern,
  limits,
  namePattern,
  type Violation,
} from '@iotcore/model';
import { z } from 'zod';

/** A string that a function of the model checks. `documented` is what OpenAPI says of it. */
export function checked(
  check: (value: string) => Pick<Violation, 'description'> | undefined,
  documented: z.core.GlobalMeta,
): z.ZodString {
  return z
    .string()
    .superRefine((value, context) => {
      const violation = check(value);
      if (violation) context.addIssue(violation.description);
    })
    .meta(documented);
}

/** Free text of at most `most` characters. */
export function text(most: number, about?: string): z.ZodString {
  return checked((value) => checkText(value, most, ''), {
    maxLength: most,
    ...(about && { description: about }),
  });
}

function id(what: string): z.ZodString {
  return checked((value) => checkId(value, ''), {
    pattern: idPattern.source,
    description: `ID of the ${what}.`,
  });
}

export const registryId = id('registry');
export const deviceId = id('device');
export const brokerId = id('broker');
export const exportId = id('export');
export const passwordId = id('password');
export const operationId = id('operation');
export const serviceAccountId = id('service account');
export const authorizedKeyId = id('authorized key');
export const apiKeyId = id('API key');
export const roleBindingId = id('role binding');

export const folderId = checked((value) => checkFolderId(value), {
  pattern: folderIdPattern.source,
  description: 'ID of the folder. Folders need no creation.',
});

export const name = checked((value) => checkName(value), {
  pattern: namePattern.source,
  maxLength: limits.name.max,
  description: 'Unique in its folder (of a device: in its registry), unless it is empty.',
});

export const description = checked((value) => checkDescription(value), { maxLength: limits.description.max });

export const labels = z
  .record(z.string(), z.string())
  .superRefine((value, context) => {
    for (const { field, description } of checkLabels(Object.entries(value), '')) {
      context.addIssue({ code: 'custom', message: description, path: field === '' ? [] : [field.slice(1)] });
    }
  })
  .meta({
    maxProperties: limits.labels.max,
    propertyNames: { pattern: labelKeyPattern.source },
    additionalProperties: { type: 'string', pattern: labelValuePattern.source },
  });

export const timestamp = z.string().meta({ format: 'date-time', description: 'RFC 3339, UTC.' });

export const fingerprint = z
  .string()
  .regex(/^[0-9a-f]{40}$/, '40 lower-case hexadecimal digits.')
  .meta({
    description:
      'SHA-1 over the DER, as `openssl x509 -fingerprint -sha1` prints it, in lower case without colons.',
  });

const defaultPageSize = 100;

/** In a query a number is text: digits alone, since `Number` takes much more than people mean (`0x10`, `1e3`, ` 10`). */
const fromDigits = (given: unknown) =>
  typeof given === 'string' && /^(?:0|[1-9][0-9]{0,8})$/.test(given) ? Number(given) : given;

/** A whole number from 0, in a query too. */
export function wholeNumber(most: number) {
  const expected = `A whole number from 0 to ${most}.`;
  return z.preprocess(fromDigits, z.int(expected).min(0, expected).max(most, expected));
}

/** 0 or absent: 100. */
function pageSize(most: number) {
  return wholeNumber(most)
    .transform((size) => size || defaultPageSize)
    .default(defaultPageSize)
    .meta({ description: `How many to return at most. 0 or absent: ${defaultPageSize}.` });
}

/** The longest names a time, and an ID of 50 characters. */
const maxTokenCharacters = 128;

const pageToken = z
  .string()
  .max(maxTokenCharacters, `At most ${maxTokenCharacters} characters.`)
  .meta({ description: '`nextPageToken` of the page before.' });

export const nextPageToken = z.string().meta({ description: 'Names the next page. Absent on the last one.' });

/** The parameters of a paged list. */
export function paging(mostPerPage = 1000) {
  return { pageSize: pageSize(mostPerPage), pageToken: pageToken.optional() };
}

/** What a Timestamp of protobuf can hold, and every part of the system can write. */
const times = { first: Date.parse('0001-01-01T00:00:00Z'), last: Date.parse('9999-12-31T23:59:59.999Z') };

/** A point in time in a request. */
export const instant = z.iso
  .datetime({
    offset: true,
    error: 'An RFC 3339 timestamp, such as 2026-11-22T15:38:28Z (in a query + is %2B).',
  })
  .refine((text) => isInTime(text), 'A time of the years 1 to 9999.')
  .meta({ format: 'date-time' });

function isInTime(text: string): boolean {
  const time = Date.parse(text);
  return !(time < times.first || time > times.last);
}

/** Of entries that have a time: since then, and before then. */
export const timeRange = {
  since: instant.meta({ description: 'Nothing older.' }).optional(),
  until: instant.meta({ description: 'Nothing that is as new or newer.' }).optional(),
};
