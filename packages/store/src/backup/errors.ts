/** An archive is not restored, for a reason that its message gives; nothing was changed. */
export class RestoreRefusedError extends Error {
  override readonly name = 'RestoreRefusedError';
}

/** The file is no archive of ours, or not the one that was written. */
export class DamagedArchiveError extends RestoreRefusedError {
  constructor(what: string) {
    super(`the archive is damaged: ${what}`);
  }
}

/** There is nothing to archive: the database was never prepared for IoT Core. */
export class NoInstallationError extends Error {
  override readonly name = 'NoInstallationError';

  constructor() {
    super('the database holds no installation of IoT Core');
  }
}
