/**
 * Devices that have stopped talking: connected ones that publish nothing, and such that left and did not come back, to any node. Each is
 * told of once, and again when it has talked in between. What a node knows goes with it: a device that left before the last start is
 * found by `iotcore device list --not-seen-since`.
 */
import type { DevicePrincipal } from '@iotcore/model';
import { PeriodicTask } from '@iotcore/process';
import type { DeviceActivity } from '@iotcore/store/data-plane';
import type { Activity } from './activity.ts';
import { inSlices } from './in-slices.ts';

export interface SilentDevicesParts {
  /** A device is silent after this long; undefined: nobody wants to know. */
  readonly afterMs: number | undefined;
  /** Of devices that are connected here, among others. */
  activities(): Iterable<Activity>;
  /** What all nodes know. Rejects while the database is away. */
  read(deviceIds: readonly string[]): Promise<ReadonlyMap<string, Pick<DeviceActivity, 'lastOnlineTime'>>>;
  tell(device: DevicePrincipal, since: Date): void;
  now(): number;
  failed(error: unknown): void;
}

const longestPauseMs = 60_000;
/** Devices that left and may come back, some 200 bytes each. Beyond, the one that left first is forgotten. */
const maxDeparted = 100_000;
/** Devices in one question to the database. */
const batchDevices = 1000;
/** Told of in one look, half of the lines that may wait for the connection log; the others are told of in the next. */
const maxToldAtOnce = 10_000;

export class SilentDevices {
  readonly #parts: SilentDevicesParts;
  /** Connected devices that were told of. */
  readonly #told = new Set<string>();
  /** By ID, in the order in which they left. */
  readonly #departed = new Map<string, { readonly device: DevicePrincipal; readonly at: number }>();
  readonly #looking = new PeriodicTask(() => this.#look().catch((error) => this.#parts.failed(error)));

  constructor(parts: SilentDevicesParts) {
    this.#parts = parts;
    if (parts.afterMs !== undefined) this.#looking.every(Math.min(longestPauseMs, parts.afterMs / 4));
  }

  connected(device: DevicePrincipal): void {
    this.#departed.delete(device.id);
  }

  disconnected(device: DevicePrincipal): void {
    if (this.#parts.afterMs === undefined) return;
    this.#told.delete(device.id);
    this.#departed.delete(device.id);
    this.#departed.set(device.id, { device, at: this.#parts.now() });
    const [first] = this.#departed.keys();
    if (this.#departed.size > maxDeparted && first !== undefined) this.#departed.delete(first);
  }

  /** The device of this ID was deleted; the next owner of the ID may be of another registry. */
  gone(deviceId: string): void {
    this.#told.delete(deviceId);
    this.#departed.delete(deviceId);
  }

  /** Looks now. */
  look(): Promise<void> {
    return this.#looking.run();
  }

  stop(): Promise<void> {
    return this.#looking.stop();
  }

  async #look(): Promise<void> {
    const { afterMs = 0, activities, tell, now } = this.#parts;
    const silentBefore = now() - afterMs;
    let left = maxToldAtOnce;
    await inSlices([...activities()], ({ device, sessions, lastPubActivityTime, lastAuthTime }) => {
      const heardAt = Math.max(lastPubActivityTime, lastAuthTime);
      // Nothing is noted of one that was deleted, and whose session is about to end.
      if (sessions === 0 || heardAt === 0 || heardAt > silentBefore) this.#told.delete(device.id);
      else if (left > 0 && !this.#told.has(device.id)) {
        left--;
        this.#told.add(device.id);
        tell(device, new Date(heardAt));
      }
    });
    const due = [...this.#departed.values()].filter(({ at }) => at <= silentBefore).slice(0, left);
    for (let start = 0; start < due.length; start += batchDevices)
      await this.#tellOfDeparted(due.slice(start, start + batchDevices), silentBefore);
  }

  async #tellOfDeparted(due: readonly { device: DevicePrincipal; at: number }[], silentBefore: number) {
    const stored = await this.#parts.read(due.map(({ device }) => device.id));
    for (const { device, at } of due) {
      // It may have come back meanwhile, here or elsewhere; one without a row was deleted.
      if (this.#departed.get(device.id)?.at !== at) continue;
      this.#departed.delete(device.id);
      const seenAt = stored.get(device.id)?.lastOnlineTime?.getTime();
      if (seenAt !== undefined && seenAt <= silentBefore) this.#parts.tell(device, new Date(seenAt));
    }
  }
}
