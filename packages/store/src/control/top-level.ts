/** What registries and brokers have in common as rows. */
import { Prisma } from '../generated/client.ts';

/** What can be changed of them. */
export interface TopLevelFields {
  /** Empty: none. */
  readonly name: string;
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  /** null: none. */
  readonly logOptions: Prisma.InputJsonObject | null;
}

/** The columns of those fields. An empty name is stored as NULL: only given names are unique. */
export function columnsOf<F extends Partial<TopLevelFields>>({ name, logOptions, ...others }: F) {
  return {
    ...others,
    ...(name !== undefined && { name: name || null }),
    ...(logOptions !== undefined && { logOptions: logOptions ?? Prisma.DbNull }),
  };
}
