/** Metrics of single registries and brokers: of the busiest ones, so that labels stay bounded. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Tenant } from '../tenants/tenant.ts';
import type { Tenants } from '../tenants/tenants.ts';

const labelNames = ['registry_id', 'broker_id'] as const;

/** `most`: how many of them. */
export function addTenantMetrics(registry: Registry, tenants: Pick<Tenants, 'busiest'>, most: number): void {
  const busiest = oncePerScrape(() => tenants.busiest(most));
  const shared = (name: string, help: string, value: (tenant: Tenant) => number) => ({
    ...{ name: `iotcore_tenant_${name}`, help, labelNames, registers: [registry] },
    collect(this: Gauge<(typeof labelNames)[number]> | Counter<(typeof labelNames)[number]>) {
      this.reset();
      for (const tenant of busiest()) this.inc(labelsOf(tenant), value(tenant));
    },
  });
  const gauge = (...all: Parameters<typeof shared>) => new Gauge(shared(...all));
  const total = (...all: Parameters<typeof shared>) => new Counter(shared(...all));
  gauge(
    'connections',
    'Sessions of a registry with its devices, or of a broker',
    ({ connections }) => connections,
  );
  total(
    'messages_received_total',
    'Messages that its clients published',
    ({ traffic }) => traffic.messagesIn,
  );
  total('bytes_received_total', 'Bytes of these packets', ({ traffic }) => traffic.bytesIn);
  total('messages_sent_total', 'Messages sent to its subscribers', ({ traffic }) => traffic.messagesOut);
  total('bytes_sent_total', 'Bytes of these packets', ({ traffic }) => traffic.bytesOut);
  total(
    'messages_dropped_total',
    'Messages not sent to a slow subscriber',
    ({ traffic }) => traffic.messagesDropped,
  );
  total(
    'clients_refused_total',
    'Clients that were refused, of those that are known to be its own',
    ({ activity }) => activity.clientsRefused,
  );
  total(
    'limits_reached_total',
    'Times that it reached one of its limits',
    ({ limitsReached }) => limitsReached,
  );
}

/** A key is `registry:…` or `broker:…`. */
function labelsOf({ key }: Tenant): Partial<Record<(typeof labelNames)[number], string>> {
  const [kind, id = ''] = key.split(':');
  return kind === 'broker' ? { broker_id: id } : { registry_id: id };
}

/** All metrics of one scrape are collected in one tick; the tenants are sorted once for it. */
function oncePerScrape<T>(choose: () => T): () => T {
  let chosen: { readonly value: T } | undefined;
  return () => {
    if (chosen) return chosen.value;
    chosen = { value: choose() };
    setImmediate(() => {
      chosen = undefined;
    });
    return chosen.value;
  };
}
