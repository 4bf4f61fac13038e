import { fstatSync } from 'node:fs';

/** Does this file end in systemd's journal? `journalStream`: JOURNAL_STREAM, device and inode of what systemd handed over. */
export function isJournal(fileDescriptor: number, journalStream: string | undefined): boolean {
  if (journalStream === undefined) return false;
  const { dev, ino } = fstatSync(fileDescriptor);
  return journalStream === `${dev}:${ino}`;
}
