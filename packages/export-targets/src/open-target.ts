/** From what an export says of its target to something that sends. Each kind is loaded when it is used first. */
import type { ShownExportTarget } from '@iotcore/contract';
import type { Clock } from '@iotcore/process/clock';
import type { AddressPolicy } from './network/address-policy.ts';
import { objectionTo, type Place, type Resolve, resolveBySystem } from './network/guarded-lookup.ts';
import type { OpenedExport } from './opened-export.ts';
import type { Target } from './target.ts';

const load = {
  webhook: () => import('./webhook/index.ts'),
  postgres: () => import('./postgres/index.ts'),
  kafka: () => import('./kafka/index.ts'),
  nats: () => import('./nats/index.ts'),
};

/** Loads every kind. */
export const loadTargets = () => Promise.all(Object.values(load).map((loadOne) => loadOne()));

/** Undefined: nothing is sent, the receiver asks for messages. */
export async function openTarget(
  opened: OpenedExport,
  policy: AddressPolicy,
  clock: Pick<Clock, 'date'>,
  resolve: Resolve = resolveBySystem,
): Promise<Target | undefined> {
  const { webhook, postgres, kafka, nats } = opened.target;
  if (webhook) return new (await load.webhook()).WebhookTarget(opened, policy, clock, resolve);
  if (postgres) return new (await load.postgres()).PostgresTarget(opened, policy, resolve);
  if (kafka) return new (await load.kafka()).KafkaTarget(opened, policy, resolve);
  if (nats) return new (await load.nats()).NatsTarget(opened, policy, resolve);
  return undefined;
}

/** Hosts and ports of a target that no export may reach, by the field that names them. */
export async function checkPlaces(
  target: ShownExportTarget,
  policy: AddressPolicy,
  resolve: Resolve = resolveBySystem,
): Promise<readonly { readonly field: string; readonly description: string }[]> {
  const objections = await Promise.all(
    placesOf(target).map(async ([field, place]) => ({
      field,
      description: await objectionTo(policy, place, resolve),
    })),
  );
  return objections.flatMap(({ field, description }) =>
    description === undefined ? [] : [{ field, description }],
  );
}

function placesOf({
  webhook,
  postgres,
  kafka,
  nats,
}: ShownExportTarget): readonly (readonly [string, Place])[] {
  const places: (readonly [string, Place])[] = [];
  const add = (field: string, url: URL, defaultPort: number, isPlain: boolean) =>
    places.push([field, { host: url.hostname, port: Number(url.port || defaultPort), isPlain }]);
  if (webhook) {
    const url = new URL(webhook.url);
    add('target.webhook.url', url, url.protocol === 'http:' ? 80 : 443, url.protocol === 'http:');
  }
  if (postgres) add('target.postgres.url', new URL(postgres.url), 5432, postgres.tls === 'DISABLE');
  for (const [index, server] of (kafka?.bootstrapServers ?? []).entries())
    add(
      `target.kafka.bootstrapServers[${index}]`,
      new URL(`tcp://${server}`),
      9092,
      kafka?.tls === 'DISABLE',
    );
  for (const [index, server] of (nats?.servers ?? []).entries())
    add(`target.nats.servers[${index}]`, new URL(`tcp://${server}`), 4222, nats?.tls === 'DISABLE');
  return places;
}
