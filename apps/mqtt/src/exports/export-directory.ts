/**
 * The exports there are, by whose messages they take. All are read at once, again whenever one changes; routes rest on
 * them, and are worked out anew then.
 */
import type { PublishRoute, RouteBasis, RouteTap } from '@iotcore/engine';
import {
  type ClientEvent,
  type DeviceFacts,
  decideExport,
  type ExportSource,
  eventTopic,
  type Principal,
  type TopicRoute,
  takesEvent,
} from '@iotcore/model';
import { BackOff } from '@iotcore/process';
import type { ExportSourceRow } from '@iotcore/store/exports';
import type { LogOwner } from '../connection-log/connection-log.ts';

export interface ExportDirectoryParts {
  read(): Promise<readonly ExportSourceRow[]>;
  /** Routes to topics of these registries' devices hold no more. */
  changed(registryIds: ReadonlySet<string>): void;
  /** There are some: told with each reading. */
  found(): void;
  failed(error: unknown): void;
}

interface KnownExport extends ExportSource {
  readonly id: string;
  readonly folderId: string;
}

/** What a route has of exports. */
export interface Tapped {
  readonly taps: PublishRoute['taps'];
  /** All topics that share the route are recorded alike. */
  readonly isShared: boolean;
}

const untapped: Tapped = { taps: undefined, isShared: true };
/** Between two attempts to read. */
const waits = { firstMs: 100, longestMs: 2000 };

export class ExportDirectory {
  readonly #parts: ExportDirectoryParts;
  readonly #stopping = new AbortController();
  #byOwner: ReadonlyMap<string, readonly KnownExport[]> = new Map();
  #basis: RouteBasis = { stale: false };
  #reading: Promise<void> | undefined;
  #isStale = false;
  /** Readings are numbered as they begin: one that began earlier does not take the place of a later one. */
  #begun = 0;
  #taken = 0;

  constructor(parts: ExportDirectoryParts) {
    this.#parts = parts;
  }

  /** What routes rest on that rest on nothing else: to topics of registries, and in brokers. */
  get basis(): RouteBasis {
    return this.#basis;
  }

  /** Reads all of them. Rejects while the database is away. */
  async load(): Promise<void> {
    this.#begun += 1;
    const number = this.#begun;
    const rows = await this.#parts.read();
    if (number < this.#taken) return;
    this.#taken = number;
    this.#take(rows);
  }

  /** Some have changed: reads again until it succeeds. */
  refresh(): void {
    this.#isStale = true;
    this.#reading ??= this.#refresh().finally(() => {
      this.#reading = undefined;
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#reading;
  }

  /** The registry or broker whose messages it takes; undefined: there is no such export. */
  ownerOf(exportId: string): LogOwner | undefined {
    for (const [id, exports] of this.#byOwner) {
      const found = exports.find((one) => one.id === exportId);
      if (found) return { id, folderId: found.folderId };
    }
    return undefined;
  }

  /** Which logs get the messages of a route. `written`: the topic as its publisher wrote it. */
  tapsOf(principal: Principal, written: string, route: TopicRoute, device: DeviceFacts | undefined): Tapped {
    const exports = this.#exportsOf(principal);
    if (exports.length === 0) return untapped;
    const restLength = route.prefix && written.length - route.prefix.length;
    const taps: RouteTap[] = [];
    let isShared = true;
    for (const one of exports) {
      const { name, dependsOnRest } = decideExport(one, { topic: route.topic, device, restLength });
      if (name !== undefined) taps.push({ log: one.id, topic: name });
      if (dependsOnRest) isShared = false;
    }
    return { taps: taps.length > 0 ? taps : undefined, isShared };
  }

  /** Which logs get such an event of a client. */
  tapsOfEvent(principal: Principal, event: ClientEvent): readonly RouteTap[] {
    const deviceId = principal.kind === 'device' ? principal.id : undefined;
    return this.#exportsOf(principal)
      .filter((one) => takesEvent(one, event, deviceId))
      .map(({ id }) => ({ log: id, topic: eventTopic(event) }));
  }

  /** Of its registry or broker, and not of one that has that ID in another folder by now. */
  #exportsOf(principal: Principal): readonly KnownExport[] {
    const { folderId } = principal;
    const exports =
      this.#byOwner.get(principal.kind === 'device' ? principal.registryId : principal.id) ?? [];
    return folderId === undefined ? exports : exports.filter((one) => one.folderId === folderId);
  }

  async #refresh(): Promise<void> {
    const { signal } = this.#stopping;
    const backOff = new BackOff(waits);
    while (this.#isStale && !signal.aborted) {
      this.#isStale = false;
      try {
        await this.load();
        backOff.reset();
      } catch (error) {
        this.#isStale = true;
        this.#parts.failed(error);
        await backOff.wait(signal).catch(() => undefined);
      }
    }
  }

  #take(rows: readonly ExportSourceRow[]): void {
    if (rows.length > 0) this.#parts.found();
    const before = this.#byOwner;
    const exports = rows.map((row): KnownExport & { ownerId: string } => ({
      ownerId: row.registryId ?? row.brokerId ?? '',
      id: row.id,
      folderId: row.folderId,
      registryId: row.registryId ?? undefined,
      deviceId: row.deviceId ?? undefined,
      brokerId: row.brokerId ?? undefined,
      mqttTopicFilter: row.mqttTopicFilter ?? undefined,
    }));
    this.#byOwner = Map.groupBy(exports, ({ ownerId }) => ownerId);
    const owners = new Set([...before.keys(), ...this.#byOwner.keys()]);
    const changed = [...owners].filter(
      (id) => JSON.stringify(before.get(id)) !== JSON.stringify(this.#byOwner.get(id)),
    );
    if (changed.length === 0) return;
    // Only now: questions from here on are answered by the new ones.
    this.#basis.stale = true;
    this.#basis = { stale: false };
    this.#parts.changed(new Set(changed));
  }
}
