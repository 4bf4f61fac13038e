import { randomBytes } from 'node:crypto';

/** The ID of a folder that nobody else uses. */
export function newFolder(): string {
  return `folder-${randomBytes(8).toString('hex')}`;
}
