/** `iotcore migrate status --knocking`: devices that try to connect and were not imported, and the registry that each belongs to. */
import type { RefusedClient } from '@iotcore/sdk';
import type { CliContext } from '../../context.ts';
import type { Column } from '../../output/table.ts';
import { listRefusedClients, refusedColumns } from '../../resources/refused-clients.ts';

/** Where an export has a device, registry or broker, or its certificate. */
interface Origin {
  readonly id: string;
  readonly registryId?: string;
}

type Knocking = RefusedClient & { readonly exported?: Origin };

const columns: readonly Column<Knocking>[] = [
  ...refusedColumns,
  { title: 'IN THE EXPORT', value: ({ exported }) => exported?.id },
  { title: 'OF REGISTRY', value: ({ exported }) => exported?.registryId },
];

/** Lists them; `exportPath`: the folder of an export of the old service. */
export async function listKnocking(
  context: CliContext,
  exportPath: string | undefined,
  limit: number | undefined,
): Promise<void> {
  const client = await context.api();
  const origins = exportPath === undefined ? undefined : await readOrigins(exportPath, context.now());
  async function* knocking(): AsyncGenerator<Knocking> {
    for await (const refused of listRefusedClients(client, { filter: 'UNKNOWN' }, limit)) {
      const { claimedId = '', certificateFingerprint = '' } = refused;
      const exported = origins?.get(claimedId) ?? origins?.get(certificateFingerprint);
      yield exported ? { ...refused, exported } : refused;
    }
  }
  await context.out.rows(knocking(), origins ? columns : refusedColumns, 'nobody knocks');
}

/** By ID, and by the fingerprints of certificates: these are never alike. */
async function readOrigins(path: string, now: Date): Promise<ReadonlyMap<string, Origin>> {
  const { readExport } = await import('../../import/read/read-export.ts');
  // What is wrong with the export is for the import to say.
  const { silentJournal } = await import('../../import/account.ts');
  const origins = new Map<string, Origin>();
  for await (const { registryId, items } of readExport(path, silentJournal, now).units) {
    for (const { id, fingerprint } of items) {
      const origin = { id, ...(registryId !== undefined && { registryId }) };
      origins.set(id, origin);
      if (fingerprint !== undefined) origins.set(fingerprint, origin);
    }
  }
  return origins;
}
