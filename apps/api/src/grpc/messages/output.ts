/** What an operation answers, as a message of gRPC. */
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { DescMessage } from '@bufbuild/protobuf';
import { encode } from './encode.ts';

/** Items of a list that are written in one go, some 2 ms of work; then others have their turn. */
const itemsPerTick = 1000;

/** Binary form of the answer. Fields that only REST has are left out. */
export async function writeMessage(schema: DescMessage, output: unknown): Promise<Uint8Array> {
  const json = output as Readonly<Record<string, unknown>>;
  const list = longList(json);
  if (!list) return encode(schema, json);
  // The parts of a message, one after the other, are the message: lists are joined (protobuf.dev, encoding, last one wins).
  const { [list.name]: _items, ...rest } = json;
  const parts = [encode(schema, rest)];
  for (let at = 0; at < list.items.length; at += itemsPerTick) {
    parts.push(encode(schema, { [list.name]: list.items.slice(at, at + itemsPerTick) }));
    await yieldToEventLoop();
  }
  return Buffer.concat(parts);
}

function longList(
  json: Readonly<Record<string, unknown>>,
): { readonly name: string; readonly items: unknown[] } | undefined {
  for (const [name, items] of Object.entries(json)) {
    if (Array.isArray(items) && items.length > itemsPerTick) return { name, items };
  }
  return undefined;
}
