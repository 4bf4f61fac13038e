/**
 * Which releases may run on which schema. A release runs beside the one before it, and so on the schema of the one after it;
 * what is two releases newer, it would not understand. Each migration says in the `logs` of its record, where Prisma keeps what a
 * migration printed, and ours print nothing, the oldest release that may run on it.
 */
import { StartupError, version } from '@iotcore/process';

/** The release before this one. It changes with each release, and is this one's own version until there is a second. */
const oldestBeside = '0.1.0';

/** The database has migrations beside which this release cannot run. */
export class NewerSchemaError extends StartupError {
  override readonly name = 'NewerSchemaError';
}

/** What a migration of this release says of itself. */
export function describeRelease(): string {
  return JSON.stringify({ release: version, oldestBeside });
}

/**
 * Takes the migrations of a database that this release does not have.
 *
 * @throws NewerSchemaError if one of them is not for this release
 */
export function requireRelease(
  unknown: readonly { readonly name: string; readonly logs: string | null }[],
): void {
  for (const { name, logs } of unknown) {
    const said = readDescription(logs);
    if (said !== undefined && compareVersions(version, said.oldestBeside) >= 0) continue;
    const of = said === undefined ? 'a newer release' : `release ${said.release}`;
    const install = said === undefined ? 'that release' : `release ${said.oldestBeside} or newer`;
    throw new NewerSchemaError(
      `the database has the schema of ${of} (migration ${name}), on which release ${version} cannot run, and nothing was ` +
        `changed: install ${install}, or restore a backup from before the upgrade (docs/upgrading.md)`,
    );
  }
}

interface Description {
  readonly release: string;
  readonly oldestBeside: string;
}

function readDescription(logs: string | null): Description | undefined {
  try {
    const { release, oldestBeside: oldest } = JSON.parse(logs ?? '') ?? {};
    return typeof release === 'string' && typeof oldest === 'string'
      ? { release, oldestBeside: oldest }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Versions of three numbers, such as 1.10.0. */
function compareVersions(one: string, other: string): number {
  const [a, b] = [one, other].map((text) => text.split('.').map(Number));
  const differing = a?.findIndex((number, index) => number !== b?.[index]) ?? -1;
  return differing < 0 ? 0 : (a?.[differing] ?? 0) - (b?.[differing] ?? 0);
}
