/** Trying out the targets of exports from here: the export process need not run for it. */
import { randomUUID } from 'node:crypto';
import type { ExportTargets, TargetAnswer } from '@iotcore/control';
import { AddressPolicy, checkPlaces, openTarget, sampleMessage } from '@iotcore/export-targets';
import { type Clock, ownAddresses, ownPorts, type Settings } from '@iotcore/process';

/** A caller waits for it: longer than any target may take. In ms. */
const testPatienceMs = 65_000;

export function createExportTargets(settings: Settings, databaseUrl: string, clock: Clock): ExportTargets {
  const policy = new AddressPolicy({
    allowedNetworks: settings.exportAllowedNetworks,
    own: { addresses: ownAddresses(), ports: ownPorts(settings, databaseUrl) },
  });
  return {
    check: (target) => checkPlaces(target, policy),
    async test(opened): Promise<TargetAnswer> {
      const startedAt = clock.nowMs();
      const target = await openTarget(opened, policy, clock);
      if (!target)
        return { outcome: 'DONE', milliseconds: 0, message: 'Nothing is sent: the receiver asks.' };
      try {
        const sample = sampleMessage(opened, randomUUID(), clock.date());
        const { outcome, status, error, answer } = await target.send(
          [sample],
          AbortSignal.timeout(testPatienceMs),
        );
        const milliseconds = Math.round(clock.nowMs() - startedAt);
        return { outcome: names[outcome], milliseconds, status, message: error, answer };
      } finally {
        await target.close();
      }
    },
  };
}

const names = {
  done: 'DONE',
  refused: 'REFUSED',
  away: 'AWAY',
  misconfigured: 'MISCONFIGURED',
} as const;
