/**
 * The management API as functions, one for each operation of openapi.yaml, and the types of its bodies.
 * docs/sdks.md shows how to use it.
 */
export { type ExportedMessagesOptions, exportedMessages } from './exported-messages.ts';
export { type Client, createClient } from './generated/client/index.ts';
export * from './generated/index.ts';
export { type ServerEvent, serverEvents } from './server-events.ts';
