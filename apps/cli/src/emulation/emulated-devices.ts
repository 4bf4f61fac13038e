/** Devices that are made, publish, and go again. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as sdk from '@iotcore/sdk';
import { answer } from '../calls.ts';
import { CliError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Session } from '../mqtt/session.ts';
import { generatePassword } from '../options/password.ts';
import type { Moment } from './payload-template.ts';

/** Calls that are under way at the same time. */
const parallelCalls = 8;

export interface EmulatedDevice {
  readonly id: string;
  readonly password: string;
}

/** Their label, by which `device list --label emulated=true` finds what a killed run has left. */
const emulatedLabel = { emulated: 'true' };

/** Makes so many devices in the registry, or fewer if it is aborted. What was made is in `made` also if a later one fails. */
export async function makeDevices(
  client: sdk.Client,
  registryId: string,
  count: number,
  made: EmulatedDevice[],
  signal: AbortSignal,
): Promise<void> {
  const run = randomBytes(3).toString('hex');
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  await inParallel(numbers, async (number) => {
    if (signal.aborted) return;
    const body = { registryId, name: `emulated-${run}-${number}`, labels: emulatedLabel };
    const { response } = await answer(sdk.createDevice({ client, body }));
    const { id } = response as unknown as sdk.Device;
    const password = generatePassword();
    made.push({ id, password });
    await answer(sdk.addDevicePassword({ client, path: { deviceId: id }, body: { password } }));
  });
}

export async function removeDevices(client: sdk.Client, devices: readonly EmulatedDevice[]): Promise<void> {
  await inParallel(devices, async ({ id }) => {
    await answer(sdk.deleteDevice({ client, path: { deviceId: id } })).catch((error: unknown) => {
      // Somebody else has removed it.
      if (!(error instanceof CliError) || error.exitCode !== exitCodes.notFound) throw error;
    });
  });
}

export interface Emulation {
  readonly everyMs: number;
  readonly subtopic: string;
  readonly payload: (moment: Moment) => string;
  connect(device: EmulatedDevice): Promise<Session>;
  published(): void;
  now(): Date;
  readonly signal: AbortSignal;
}

/** Publishes as all of them, spread over the interval, until the signal aborts. Rejects when one of them is cut off. */
export async function runDevices(devices: readonly EmulatedDevice[], emulation: Emulation): Promise<void> {
  const { everyMs, signal } = emulation;
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const runs = devices.map(async (device, index) => {
    try {
      await pause((everyMs * index) / devices.length, either);
      if (!either.aborted) await runDevice(device, emulation, either);
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  });
  const [first] = (await Promise.allSettled(runs)).filter(({ status }) => status === 'rejected');
  if (first?.status === 'rejected') throw failed.signal.reason;
}

async function runDevice(device: EmulatedDevice, emulation: Emulation, signal: AbortSignal): Promise<void> {
  const session = await emulation.connect(device);
  const topic = `$devices/${device.id}/${emulation.subtopic}`;
  try {
    for (let counter = 1; !signal.aborted; counter += 1) {
      const moment = { deviceId: device.id, counter, now: emulation.now(), random: Math.random };
      await session.publish(topic, Buffer.from(emulation.payload(moment)), 1);
      emulation.published();
      await pause(emulation.everyMs, signal);
    }
  } finally {
    await session.end();
  }
}

/** Resolves early when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: parallelCalls }, worker));
}
