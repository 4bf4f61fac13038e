import { type DevicePrincipal, ownMonitoringNamespace } from '@iotcore/model';
import type { DeviceActivity, DeviceActivityWrite, DevicePublished } from '@iotcore/store/data-plane';

/** Milliseconds since 1970; 0 where nothing is known. Plain numbers, since the hot path writes them per packet. */
export class Activity {
  #device: DevicePrincipal;
  /** Where it may be heard of: by its registry and all of that, and by itself. */
  #monitoringNamespace: string;
  readonly ownNamespace: string;
  lastAuthIp: string | undefined;
  lastAuthTime = 0;
  lastPubActivityTime = 0;
  lastSubActivityTime = 0;
  lastDisconnectTime = 0;
  #onlineElsewhere = 0;
  /** Live sessions of the device here. */
  sessions = 0;
  /** What earlier sessions and other nodes left in the database was read. */
  complete = false;
  /** Changed since it was last written to the database. */
  unsaved = false;
  /** More than publishing changed since then. */
  unsavedBesidesPublishing = true;
  /** Being saved: kept until it is known whether that worked, so that no second one of the same device is saved beside it. */
  saving = false;
  /** Not written again before, in ms since 1970. */
  saveAfter = 0;
  /** Changed since monitoring last told of it. */
  untold = false;

  constructor(device: DevicePrincipal, monitoringNamespace: string) {
    this.#device = device;
    this.#monitoringNamespace = monitoringNamespace;
    this.ownNamespace = ownMonitoringNamespace(device.id);
  }

  get device(): DevicePrincipal {
    return this.#device;
  }

  get monitoringNamespace(): string {
    return this.#monitoringNamespace;
  }

  /** A device of another folder has the ID now, before this process was told that the one before is gone. */
  belongTo(device: DevicePrincipal, monitoringNamespace: string): void {
    this.#device = device;
    this.#monitoringNamespace = monitoringNamespace;
    this.noteAnew();
  }

  /** What was noted is another's that had the ID before. */
  noteAnew(): void {
    this.lastAuthIp = undefined;
    this.lastAuthTime = this.lastPubActivityTime = this.lastSubActivityTime = 0;
    this.#onlineElsewhere = this.lastDisconnectTime = 0;
    this.complete = false;
  }

  /** When it did anything. Found out when it is asked for, not noted: one number less to write for each packet. */
  get lastOnlineTime(): number {
    const { lastAuthTime, lastPubActivityTime, lastSubActivityTime, lastDisconnectTime } = this;
    const here = Math.max(lastAuthTime, lastPubActivityTime, lastSubActivityTime, lastDisconnectTime);
    return Math.max(here, this.#onlineElsewhere);
  }

  /** Has it been noted to do anything? */
  get isEmpty(): boolean {
    return this.lastOnlineTime === 0;
  }

  /** Adds what is known from elsewhere: the later time of each wins. */
  merge(stored: DeviceActivity): void {
    if (time(stored.lastAuthTime) > this.lastAuthTime) {
      this.lastAuthTime = time(stored.lastAuthTime);
      this.lastAuthIp = stored.lastAuthIp;
    }
    this.lastPubActivityTime = Math.max(this.lastPubActivityTime, time(stored.lastPubActivityTime));
    this.lastSubActivityTime = Math.max(this.lastSubActivityTime, time(stored.lastSubActivityTime));
    this.#onlineElsewhere = Math.max(this.#onlineElsewhere, time(stored.lastOnlineTime));
    this.lastDisconnectTime = Math.max(this.lastDisconnectTime, time(stored.lastDisconnectTime));
  }

  toWrite(): DeviceActivityWrite {
    return {
      deviceId: this.device.id,
      folderId: this.device.folderId,
      lastAuthIp: this.lastAuthIp,
      lastAuthTime: date(this.lastAuthTime),
      lastPubActivityTime: date(this.lastPubActivityTime),
      lastSubActivityTime: date(this.lastSubActivityTime),
      lastOnlineTime: date(this.lastOnlineTime),
      lastDisconnectTime: date(this.lastDisconnectTime),
    };
  }

  toPublished(): DevicePublished {
    return { deviceId: this.device.id, atMs: this.lastPubActivityTime };
  }

  /** The message of the monitoring topic: times in RFC 3339, UTC; what is not known is absent. */
  toMessage(): Buffer {
    return Buffer.from(
      JSON.stringify({
        last_auth_time: date(this.lastAuthTime),
        last_auth_ip: this.lastAuthIp,
        last_pub_activity_time: date(this.lastPubActivityTime),
        last_sub_activity_time: date(this.lastSubActivityTime),
        last_online_time: date(this.lastOnlineTime),
        last_disconnect_time: date(this.lastDisconnectTime),
        registry_id: this.device.registryId,
        device_id: this.device.id,
      }),
    );
  }
}

function time(value: Date | undefined): number {
  return value?.getTime() ?? 0;
}

function date(value: number): Date | undefined {
  return value === 0 ? undefined : new Date(value);
}
