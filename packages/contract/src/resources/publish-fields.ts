import { limits } from '@iotcore/model';
import { z } from 'zod';
import { text } from '../schema/fields.ts';

/** Bytes of a message's payload, as over MQTT. */
const maxPayloadBytes = limits.payload.max;

export const publishTopic = text(limits.subtopic.max)
  .refine((topic) => topic !== '', 'must not be empty')
  .meta({
    minLength: 1,
    description: 'Where to. The rights are those of the device, registry or broker itself.',
  });

/** base64 in either alphabet, padded or not: proto3 JSON takes them all. */
const base64 = /^(?:[A-Za-z0-9+/]*={0,2}|[A-Za-z0-9_-]*={0,2})$/;

export const data = z
  .string()
  .refine(isBase64, 'must be base64')
  .refine(
    (value) => !isBase64(value) || decodeData(value).length <= maxPayloadBytes,
    `must be at most ${maxPayloadBytes} bytes`,
  )
  .optional()
  .meta({
    format: 'byte',
    description: `The payload, base64, at most ${maxPayloadBytes} bytes. Absent: empty.`,
  });

/** Whole groups of four but for the last, which lacks no more than its padding. */
function isBase64(value: string): boolean {
  if (!base64.test(value)) return false;
  const letters = value.replace(/=+$/, '').length;
  return letters % 4 !== 1 && (value.length === letters || value.length % 4 === 0);
}

/** The bytes of `data`. */
export function decodeData(value: string | undefined): Buffer {
  return Buffer.from(value ?? '', 'base64');
}
