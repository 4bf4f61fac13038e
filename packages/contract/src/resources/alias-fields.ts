import { checkAliases, limits } from '@iotcore/model';
import { z } from 'zod';

/** Whose device a prefix names is for the handler to check, which knows the device. */
export const topicAliases = z
  .record(z.string(), z.string())
  .superRefine((aliases, context) => {
    for (const { field, description } of checkAliases(Object.entries(aliases), undefined, '')) {
      context.addIssue({ code: 'custom', message: description, path: field === '' ? [] : [field.slice(1)] });
    }
  })
  .meta({
    maxProperties: limits.aliases.max,
    description: `Alias → topic prefix, at most ${limits.aliases.max}. In a prefix \`{id}\` stands for the ID of the device itself.`,
  });
