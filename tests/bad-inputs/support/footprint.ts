import { eventually, type Installation } from '@iotcore/testkit';
import { expect } from 'vitest';

/** What the MQTT process holds. */
export interface Footprint {
  readonly connections: number;
  readonly sessions: number;
  readonly subscriptions: number;
  readonly openFiles: number;
  readonly handles: number;
  readonly residentBytes: number;
}

/** What a heap that was cold may have grown by without anything being kept: it is tidied when the runtime sees fit. */
const slackBytes = 160 * 1024 * 1024;
/** Connections to the database, which come and go. Each of the inputs opens one of its own: one kept for each is far more. */
const slackHandles = 12;

export async function footprint({ adminUrl }: Installation): Promise<Footprint> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  return {
    connections: value('iotcore_mqtt_connections'),
    sessions: value('iotcore_mqtt_sessions'),
    subscriptions: value('iotcore_mqtt_subscriptions'),
    openFiles: value('process_open_fds'),
    handles: value('nodejs_active_handles_total'),
    residentBytes: value('process_resident_memory_bytes'),
  };
}

/** Waits until the process holds no more than before, and looks for what nobody caught in its log. */
export async function expectBack(installation: Installation, before: Footprint): Promise<void> {
  let now = before;
  await eventually('everything to be given back', async () => {
    now = await footprint(installation);
    return (
      now.connections <= before.connections &&
      now.sessions <= before.sessions &&
      now.subscriptions <= before.subscriptions &&
      now.openFiles <= before.openFiles + slackHandles &&
      now.handles <= before.handles + slackHandles &&
      now.residentBytes <= before.residentBytes + slackBytes
    );
  }).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify({ before, now })}`);
  });
  expect(Object.values(now).filter(Number.isNaN)).toEqual([]);
  expect(installation.logs()).not.toMatch(/"level":"(error|fatal)"|unexpected error|uncaught|unhandled/i);
}
