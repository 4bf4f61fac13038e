/** How an export gathers, repeats and keeps; and what is taken where nothing is said. */
import { z } from 'zod';
import { component } from '../schema/component.ts';
import { duration, whole } from './values.ts';

const mebibyte = 1024 * 1024;

const Batch = component(
  'ExportBatch',
  z.strictObject({
    maxMessages: whole(
      1,
      1000,
      'Messages of one request. Default 100; of YANDEX_TRIGGER and RAW 1.',
    ).optional(),
    maxBytes: whole(
      1,
      4 * mebibyte,
      'Bytes of their payloads and topics. One message always fits. Default 524288.',
    ).optional(),
    cutoff: duration(
      0,
      60,
      'How long a batch waits to be full. Default 0s: what is there goes out.',
    ).optional(),
  }),
  { description: 'What is sent together.' },
);

const Retry = component(
  'ExportRetry',
  z.strictObject({
    maxAttempts: whole(1, 100, 'How often a batch is sent that is refused. Default 5.').optional(),
    maxInterval: duration(1, 3600, 'The longest time between two attempts. Default 300s.').optional(),
  }),
  { description: 'How what has failed is tried again: after a second, then after longer and longer.' },
);

const fullPolicies = ['DISCARD_OLDEST', 'HOLD'] as const;

const Backlog = component(
  'ExportBacklog',
  z.strictObject({
    maxBytes: whole(mebibyte, 1024 * 1024 * mebibyte, 'Bytes of its log. Default 268435456.').optional(),
    maxAge: duration(60, 2_592_000, 'Messages that are older are discarded. Default 604800s.').optional(),
    replayWindow: duration(
      0,
      604_800,
      'How long what was delivered is kept for a replay, as far as maxBytes permits. Default 3600s.',
    ).optional(),
    onFull: z
      .enum(fullPolicies, `One of ${fullPolicies.join(', ')}.`)
      .optional()
      .describe(
        'DISCARD_OLDEST (the default): the oldest messages go, and are counted. HOLD: publishers wait until there is room.',
      ),
  }),
  { description: 'What is kept while the target does not take it.' },
);

export const exportSettings = {
  batch: Batch.optional(),
  concurrency: whole(1, 32, 'Requests at a time: each device keeps to one of them. Default 16.').optional(),
  retry: Retry.optional(),
  backlog: Backlog.optional(),
};

/** As they are stored: every one has a value. */
export interface ExportSettings {
  readonly batch: { readonly maxMessages: number; readonly maxBytes: number; readonly cutoff: string };
  readonly concurrency: number;
  readonly retry: { readonly maxAttempts: number; readonly maxInterval: string };
  readonly backlog: {
    readonly maxBytes: number;
    readonly maxAge: string;
    readonly replayWindow: string;
    readonly onFull: (typeof fullPolicies)[number];
  };
}

/** As they are given. */
export interface GivenExportSettings {
  readonly batch?: z.output<typeof Batch> | undefined;
  readonly concurrency?: number | undefined;
  readonly retry?: z.output<typeof Retry> | undefined;
  readonly backlog?: z.output<typeof Backlog> | undefined;
}

const defaultConcurrency = 16;

/** All settings, with what was given of them. `format`: of a webhook. */
export function fullSettings(given: GivenExportSettings, format?: string): ExportSettings {
  const isSingle = format === 'YANDEX_TRIGGER' || format === 'RAW';
  return {
    batch: {
      maxMessages: given.batch?.maxMessages ?? (isSingle ? 1 : 100),
      maxBytes: given.batch?.maxBytes ?? mebibyte / 2,
      cutoff: given.batch?.cutoff ?? '0s',
    },
    concurrency: given.concurrency ?? defaultConcurrency,
    retry: { maxAttempts: given.retry?.maxAttempts ?? 5, maxInterval: given.retry?.maxInterval ?? '300s' },
    backlog: {
      maxBytes: given.backlog?.maxBytes ?? 256 * mebibyte,
      maxAge: given.backlog?.maxAge ?? '604800s',
      replayWindow: given.backlog?.replayWindow ?? '3600s',
      onFull: given.backlog?.onFull ?? 'DISCARD_OLDEST',
    },
  };
}
