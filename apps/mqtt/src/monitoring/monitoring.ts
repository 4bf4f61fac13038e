/**
 * What devices do, noted by the packet and worked on by the second. A packet costs a time stamp and, once until the next
 * round, a place on a list. Each second a round tells those who listen (for the other devices nothing is computed), every
 * other round writes to the database.
 */

import { setTimeout } from 'node:timers/promises';
import type { PublishRoute, Transport } from '@iotcore/engine';
import { type DevicePrincipal, monitoringNamespace, type Principal, routeMonitoring } from '@iotcore/model';
import { LruMap } from '@iotcore/process';
import type { DeviceActivity, DeviceActivityWrite, DevicePublished } from '@iotcore/store/data-plane';
import { toPublishRoute } from '../rights/rights.ts';
import { Activity } from './activity.ts';
import { inSlices } from './in-slices.ts';

export interface MonitoringParts {
  /** A device is told of at most once in this time. */
  readonly roundMs: number;
  hasSubscribers(namespace: string): boolean;
  publish(route: PublishRoute, payload: Buffer): void;
  /** Rejects while the database is away. */
  write(activities: readonly DeviceActivityWrite[]): Promise<void>;
  /** The same of devices that did nothing but publish since they were written. Rejects while the database is away. */
  writePublished(devices: readonly DevicePublished[]): Promise<void>;
  read(deviceIds: readonly string[]): Promise<ReadonlyMap<string, DeviceActivity>>;
  now(): number;
  failed(error: unknown): void;
}

/** The API shows activity at most a few seconds late. */
const saveEveryRounds = 2;
/**
 * A device that goes on publishing is written again after this; later where there are more than this rate allows for, since writing
 * ten thousand busy ones every five seconds took a fifth of what their messages cost, and a tenth of a core of the database's. That a
 * device came or left is written in the next round.
 */
const saveAgainMs = 5_000;
const savesPerSecond = 500;
/** However many there are. */
const saveAgainMostMs = 20_000;
/** Devices in one statement; few enough that messages hardly wait while it is put together: half a millisecond. */
const batchDevices = 100;
/** And when it stops, and there are no messages any more: a large fleet must be saved within the seconds that a stop may take. */
const lastBatchDevices = 5000;
/** The statements of one round are spread over this part of the time until the next: in a row they would keep a core of the database's. */
const savingShare = 0.75;
/** Devices that left and wait for the database, some 300 bytes each; beyond, what waits longest is forgotten. */
const maxDeparted = 100_000;
/** Registries whose namespace is kept, some 150 bytes each. */
const maxRegistries = 10_000;
const unchanging = { stale: false };

export class Monitoring {
  readonly #parts: MonitoringParts;
  /** By device ID: connected, or with something to save or tell. */
  readonly #activities = new Map<string, Activity>();
  readonly #monitoringNamespaces = new LruMap<string, string>(maxRegistries);
  #unsaved: Activity[] = [];
  #untold: Activity[] = [];
  #round = 0;
  /** When packets came that are handled together, by the clock of the engine, and by date in ms since 1970. */
  #datedMs = Number.NaN;
  #date = 0;
  #saving: Promise<void> | undefined;
  #telling: Promise<void> | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #stopping = new AbortController();

  constructor(parts: MonitoringParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#nextRound(), parts.roundMs).unref();
  }

  /** Of devices that are connected, or with something to save or tell. */
  activities(): Iterable<Activity> {
    return this.#activities.values();
  }

  get devices(): number {
    return this.#activities.size;
  }

  /** What to note further messages of this connection on, so that they need not look for it; only devices have one. */
  connected(principal: Principal, transport: Transport): Activity | undefined {
    if (principal.kind !== 'device') return undefined;
    const activity = this.#of(principal);
    if (activity.device.folderId !== principal.folderId)
      activity.belongTo(principal, this.#monitoringNamespace(principal));
    activity.sessions++;
    activity.saveAfter = 0;
    activity.unsavedBesidesPublishing = true;
    activity.lastAuthIp = transport.remoteAddress;
    activity.lastAuthTime = this.#parts.now();
    this.#note(activity);
    return activity;
  }

  published(principal: Principal): void {
    if (principal.kind === 'device') this.#publishedAt(this.#of(principal), this.#parts.now());
  }

  /**
   * The same, on a live connection. The date is asked for once for all packets with the same `nowMs`: it costs a tenth of what a
   * message of a flood does.
   */
  publishedOn(activity: Activity, nowMs: number): void {
    if (nowMs !== this.#datedMs) {
      this.#datedMs = nowMs;
      this.#date = this.#parts.now();
    }
    this.#publishedAt(activity, this.#date);
  }

  #publishedAt(activity: Activity, date: number): void {
    activity.lastPubActivityTime = date;
    this.#note(activity);
  }

  subscribed(principal: Principal): void {
    if (principal.kind !== 'device') return;
    const activity = this.#of(principal);
    activity.lastSubActivityTime = this.#parts.now();
    activity.unsavedBesidesPublishing = true;
    this.#note(activity);
  }

  disconnected(principal: Principal): void {
    if (principal.kind !== 'device') return;
    const activity = this.#of(principal);
    activity.sessions = Math.max(0, activity.sessions - 1);
    activity.saveAfter = 0;
    activity.unsavedBesidesPublishing = true;
    activity.lastDisconnectTime = this.#parts.now();
    this.#note(activity);
  }

  /** The device of this ID was deleted: what it did is not saved, nor told, of the next owner of the ID. */
  gone(deviceId: string): void {
    this.#activities.get(deviceId)?.noteAnew();
  }

  /** Saves what is left. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await Promise.all([this.#saving, this.#telling]);
    await this.#save(true);
  }

  #of(device: DevicePrincipal): Activity {
    const known = this.#activities.get(device.id);
    if (known) return known;
    const activity = new Activity(device, this.#monitoringNamespace(device));
    this.#activities.set(device.id, activity);
    return activity;
  }

  /** One string for all devices of a registry: looked for every second, it then lies in the processor's cache. */
  #monitoringNamespace({ registryId }: DevicePrincipal): string {
    let namespace = this.#monitoringNamespaces.get(registryId);
    if (namespace === undefined) {
      namespace = monitoringNamespace(registryId);
      this.#monitoringNamespaces.set(registryId, namespace);
    }
    return namespace;
  }

  #note(activity: Activity): void {
    if (!activity.unsaved) {
      activity.unsaved = true;
      this.#unsaved.push(activity);
    }
    if (!activity.untold) {
      activity.untold = true;
      this.#untold.push(activity);
    }
  }

  #nextRound(): void {
    this.#telling ??= this.#tell()
      .catch(this.#parts.failed)
      .finally(() => {
        this.#telling = undefined;
      });
    if (++this.#round % saveEveryRounds !== 0) return;
    this.#saving ??= this.#save().finally(() => {
      this.#saving = undefined;
    });
  }

  async #tell(): Promise<void> {
    const changed = this.#untold;
    this.#untold = [];
    const heard: Activity[] = [];
    const isHeard = this.#listening();
    await inSlices(changed, (activity) => {
      activity.untold = false;
      if (!activity.isEmpty && isHeard(activity)) heard.push(activity);
      else this.#forgetIfIdle(activity);
    });
    const incomplete = heard.filter(({ complete }) => !complete);
    for (let start = 0; start < incomplete.length; start += batchDevices) {
      await this.#complete(incomplete.slice(start, start + batchDevices));
    }
    for (const activity of heard) {
      this.#parts.publish(toPublishRoute(routeMonitoring(activity.device), unchanging), activity.toMessage());
      this.#forgetIfIdle(activity);
    }
  }

  /** Does anybody listen? Asked once for devices of one registry that come one after the other, which are most of a large fleet. */
  #listening(): (activity: Activity) => boolean {
    const { hasSubscribers } = this.#parts;
    let lastNamespace: string | undefined;
    let isLastHeard = false;
    return ({ monitoringNamespace, ownNamespace, lastSubActivityTime }) => {
      if (monitoringNamespace !== lastNamespace) {
        lastNamespace = monitoringNamespace;
        isLastHeard = hasSubscribers(monitoringNamespace);
      }
      // Only the device itself can listen in its own namespace, and then it has subscribed to something.
      return isLastHeard || (lastSubActivityTime > 0 && hasSubscribers(ownNamespace));
    };
  }

  /** Adds what was before this node began to look; while the database is away, what is known here must do. */
  async #complete(activities: readonly Activity[]): Promise<void> {
    try {
      const stored = await this.#parts.read(activities.map(({ device }) => device.id));
      for (const activity of activities) {
        const before = stored.get(activity.device.id);
        if (before) activity.merge(before);
        activity.complete = true;
      }
    } catch (error) {
      this.#parts.failed(error);
    }
  }

  async #save(all = false): Promise<void> {
    const now = this.#parts.now();
    const againMs = saveAgainAfterMs(this.#activities.size);
    const noted = this.#unsaved;
    this.#unsaved = [];
    const due: Activity[] = [];
    await inSlices(noted, (activity) => {
      if (!all && activity.saveAfter > now) {
        this.#unsaved.push(activity);
        return;
      }
      activity.unsaved = false;
      if (activity.isEmpty) {
        this.#forgetIfIdle(activity);
        return;
      }
      activity.saving = true;
      activity.saveAfter = now + againMs;
      due.push(activity);
    });
    const apartMs = (savingShare * saveEveryRounds * this.#parts.roundMs * batchDevices) / due.length;
    let batch: readonly Activity[] = [];
    for (let start = 0; start < due.length; start += batch.length) {
      if (start > 0) await this.#pause(apartMs);
      const isLast = this.#stopping.signal.aborted;
      batch = due.slice(start, start + (isLast ? lastBatchDevices : batchDevices));
      try {
        await this.#write(batch);
      } catch (error) {
        this.#parts.failed(error);
        this.#keepForLater(due.slice(start));
        return;
      }
      for (const activity of batch) {
        activity.saving = false;
        this.#forgetIfIdle(activity);
      }
    }
  }

  async #write(batch: readonly Activity[]): Promise<void> {
    const whole = batch.filter(({ unsavedBesidesPublishing }) => unsavedBesidesPublishing);
    const published = batch.filter(({ unsavedBesidesPublishing }) => !unsavedBesidesPublishing);
    // Taken back before the write: what comes during it is written the next time.
    for (const activity of whole) activity.unsavedBesidesPublishing = false;
    if (whole.length > 0) await this.#parts.write(whole.map((activity) => activity.toWrite()));
    if (published.length > 0)
      await this.#parts.writePublished(published.map((activity) => activity.toPublished()));
  }

  /** Until it stops, at the latest. */
  async #pause(ms: number): Promise<void> {
    await setTimeout(ms, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => {});
  }

  #keepForLater(batch: readonly Activity[]): void {
    for (const activity of batch) {
      activity.saving = false;
      activity.saveAfter = 0;
      activity.unsavedBesidesPublishing = true;
      if (activity.unsaved) continue;
      activity.unsaved = true;
      this.#unsaved.push(activity);
    }
    const departed = this.#unsaved.filter(({ sessions }) => sessions === 0);
    const tooMany = new Set(departed.slice(0, Math.max(0, departed.length - maxDeparted)));
    if (tooMany.size === 0) return;
    this.#unsaved = this.#unsaved.filter((activity) => !tooMany.has(activity));
    for (const activity of tooMany) {
      activity.unsaved = false;
      this.#forgetIfIdle(activity);
    }
  }

  #forgetIfIdle(activity: Activity): void {
    if (activity.sessions > 0 || activity.unsaved || activity.saving || activity.untold) return;
    this.#activities.delete(activity.device.id);
  }
}

/** Milliseconds until a device that goes on publishing is written again, where so many are connected. */
export function saveAgainAfterMs(devices: number): number {
  return Math.min(saveAgainMostMs, Math.max(saveAgainMs, (1_000 * devices) / savesPerSecond));
}
