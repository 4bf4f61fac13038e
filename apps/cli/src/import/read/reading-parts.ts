import type { Journal } from '../finding.ts';
import type { CertificateReader } from './certificates.ts';
import type { EntryIndex } from './entry-index.ts';
import type { ExportFolder } from './files/export-folder.ts';

/** What checks the entries during one reading. */
export interface CheckingParts {
  readonly journal: Journal;
  readonly index: EntryIndex;
  readonly certificates: CertificateReader;
  /** Aliases that stay behind, as `device alias`. */
  readonly refusedAliases: Set<string>;
  /** Whether this is the first reading, which checks aliases and certificates. */
  readonly isFirst: boolean;
}

/** What the readers of an export share during one reading. */
export interface ReadingParts extends CheckingParts {
  readonly folder: ExportFolder;
}
