/** The metrics page: gauges and counters read from the parts when somebody asks, so counting costs the parts nothing more. */
import type { EngineStats } from '@iotcore/engine';
import { addProcessMetrics } from '@iotcore/process/metrics';
import { Counter, Gauge, Registry } from 'prom-client';
import type { ExportRecorder } from '../exports/export-recorder.ts';
import type { ConnectionCounters } from '../hosting/connection-counters.ts';

export interface MetricSources {
  readonly counters: ConnectionCounters;
  engine(): EngineStats | undefined;
  /** Open connections, authenticated or not. */
  connections(): number;
  /** Accepted connections that wait until the server has time for them, and those that had to, since the start. */
  acceptsWaiting(): number;
  acceptsPostponed(): number;
  handshakesUnderWay(): number;
  certificateEnd(): Date;
  /** Entries of each cache. */
  cacheSizes(): Readonly<Record<string, number>>;
  changeFeedBehindMs(): number;
  passwordsBeingChecked(): number;
  retainedMessagesPending(): number;
  logLinesDropped(): number;
  readonly recorder: Pick<ExportRecorder, 'pendingBytes' | 'dropped' | 'commitSeconds'>;
}

export function createMetrics(sources: MetricSources): Registry {
  const registry = new Registry();
  addProcessMetrics(registry);

  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `iotcore_mqtt_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  const counter = (name: string, help: string, read: () => number) =>
    new Counter({
      name: `iotcore_mqtt_${name}`,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  const counterBy = (name: string, label: string, help: string, counts: ReadonlyMap<string, number>) =>
    new Counter({
      name: `iotcore_mqtt_${name}`,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        this.reset();
        for (const [value, count] of counts) this.inc({ [label]: value }, count);
      },
    });

  const { counters } = sources;
  const stats = (key: keyof EngineStats) => () => sources.engine()?.[key] ?? 0;
  gauge('connections', 'Open connections, authenticated or not', sources.connections);
  gauge('sessions', 'Authenticated sessions', stats('sessions'));
  gauge('subscriptions', 'Subscriptions of all sessions', stats('subscriptions'));
  counter('messages_received_total', 'Messages that clients published', stats('messagesReceived'));
  counter('messages_sent_total', 'Messages sent to subscribers', stats('messagesSent'));
  counterBy('messages_dropped_total', 'reason', 'Messages not sent to a subscriber', counters.droppedBy);
  counterBy('connects_accepted_total', 'credential', 'Logins, by what proved them', counters.acceptedBy);
  counterBy('passwords_adopted_total', 'strength', 'Passwords adopted', counters.adoptedBy);
  counterBy('connects_refused_total', 'reason', 'Refused logins', counters.refusedBy);
  counterBy('disconnects_total', 'reason', 'Ended sessions', counters.endedBy);
  counterBy('connections_turned_away_total', 'limit', 'Connections beyond a limit', counters.turnedAwayBy);
  counterBy(
    'tenant_limits_reached_total',
    'limit',
    'Times that a tenant reached one of its limits',
    counters.tenantLimitsReachedBy,
  );
  counterBy(
    'proxy_headers_refused_total',
    'reason',
    'Connections of proxies without a usable header',
    counters.proxyHeadersRefusedBy,
  );
  gauge('accepts_waiting', 'New connections that wait until the event loop has time', sources.acceptsWaiting);
  counter('accepts_postponed_total', 'New connections that had to wait', sources.acceptsPostponed);
  gauge('tls_handshakes', 'TLS handshakes under way', sources.handshakesUnderWay);
  counter('tls_handshakes_failed_total', 'TLS handshakes that failed', () => counters.handshakesFailed);
  gauge('passwords_being_checked', 'Password hashes computed or waited for', sources.passwordsBeingChecked);
  gauge('permanent_messages_pending', 'Messages not yet durable', sources.retainedMessagesPending);
  counter('devices_silent_total', 'Times that a device fell silent', () => counters.silentDevices);
  counter('log_lines_dropped_total', 'Lines of the connection log given up', sources.logLinesDropped);
  gauge(
    'server_certificate_end_seconds',
    'End of the server certificate, in seconds since 1970',
    () => sources.certificateEnd().getTime() / 1000,
  );
  gauge(
    'change_feed_behind_seconds',
    'For how long changes of the control plane may have gone unnoticed',
    () => sources.changeFeedBehindMs() / 1000,
  );
  new Gauge({
    name: 'iotcore_mqtt_cache_entries',
    help: 'Entries of each cache',
    labelNames: ['cache'],
    registers: [registry],
    collect() {
      for (const [cache, entries] of Object.entries(sources.cacheSizes())) this.set({ cache }, entries);
    },
  });
  const { recorder } = sources;
  new Gauge({
    name: 'iotcore_export_pending_bytes',
    help: 'Bytes of messages that are not in the logs of their exports yet',
    registers: [registry],
    collect() {
      this.set(recorder.pendingBytes);
    },
  });
  new Counter({
    name: 'iotcore_export_dropped_total',
    help: 'Messages at QoS 0 that could not be recorded for an export',
    labelNames: ['export_id'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [id, count] of recorder.dropped) this.inc({ export_id: id }, count);
    },
  });
  for (const [part, help] of [
    ['sum', 'Time that commits to the logs of exports took, in seconds'],
    ['count', 'Commits to the logs of exports'],
  ] as const)
    new Counter({
      name: `iotcore_export_commit_seconds_${part}`,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(recorder.commitSeconds[part]);
      },
    });
  return registry;
}
