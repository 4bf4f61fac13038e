import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from '@iotcore/testkit';
import { onTestFinished } from 'vitest';

/** The first start makes a database and keys; nothing is installed in a test. */
const startPatienceMs = 60_000;

export interface Started {
  readonly dataDir: string;
  readonly command: Command;
  /** The two lines to paste into other terminals. */
  readonly subscriberLine: string;
  readonly publisherLine: string;
}

/** `npm start` on an empty data folder and free ports, until it has printed what to do next. Ends with the test. */
export async function npmStart(): Promise<Started> {
  const dataDir = await mkdtemp(join(tmpdir(), 'iotcore-test-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  const ports = ['IOT_API_PORT', 'IOT_MQTTS_PORT', 'IOT_MQTT_PORT', 'IOT_MQTT_ADMIN_PORT'];
  const env = Object.fromEntries(ports.map((name) => [name, '0']));
  const command = new Command('npm', ['start'], {
    ...env,
    IOT_DATA_DIR: dataDir,
    IOT_MQTTS_HOST: '127.0.0.1',
  });
  const publisherLine = await command.line(/^mosquitto_pub /, startPatienceMs);
  return { dataDir, command, subscriberLine: await command.line(/^mosquitto_sub /), publisherLine };
}
