import { randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghijklmnopqrstuv';
const timeCharacters = 9;
const randomCharacters = 8;

/**
 * An ID of the usual form (`are` and 17 of `[0-9a-v]`) that sorts by time: 45 bits of milliseconds (until the year
 * 3084), 40 random bits. For records that are listed by age; resources have wholly random IDs.
 */
export function createSortableId(now: Date): string {
  let id = earliestSortableId(now);
  for (const byte of randomBytes(randomCharacters)) id += alphabet.charAt(byte & 31);
  return id;
}

/** Sorts before every ID that was made at this time or later, and after every earlier one. */
export function earliestSortableId(at: Date): string {
  let time = '';
  let rest = at.getTime();
  for (let i = 0; i < timeCharacters; i += 1) {
    time = alphabet.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  return `are${time}`;
}
