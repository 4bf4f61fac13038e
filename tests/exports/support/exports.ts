import { type Installation, type Json, sharedInstallation } from '@iotcore/testkit';
import { expect, onTestFinished } from 'vitest';
import { createDevice, createRegistry, type TestClient } from '../../mqtt/support/test-client.ts';

/** Where receivers of these tests are: no public address. The guide to migration tells operators to allow this one. */
export const allowed = { IOT_EXPORT_ALLOWED_NETWORKS: '127.0.0.1/32' };

/** One that sends exports to receivers on this machine, of all files that ask for it. */
export function exportingInstallation(): () => Installation {
  return sharedInstallation({
    sharedAs: 'exports',
    programs: ['api', 'mqtt', 'export'],
    env: {
      ...allowed,
      ...{ IOT_API_METRICS_PORT: '0', IOT_EXPORT_METRICS_PORT: '0' },
      // A minute is long to wait for a device to fall silent.
      ...{ IOT_DEVICE_SILENT_MINUTES: '1', IOT_INTERNAL_MQTT_SILENT_MINUTE_MS: '500' },
    },
  });
}

/** A registry with a device, and what exports of it are asked. */
export class ExportFixture {
  readonly installation: Installation;
  readonly registry: TestClient;
  readonly device: TestClient;

  private constructor(installation: Installation, registry: TestClient, device: TestClient) {
    this.installation = installation;
    this.registry = registry;
    this.device = device;
  }

  static async create(installation: Installation): Promise<ExportFixture> {
    const registry = await createRegistry(installation);
    return new ExportFixture(installation, registry, await createDevice(installation, registry));
  }

  get topic(): string {
    return `$devices/${this.device.id}/events`;
  }

  /** Creates an export of the registry; gone with the test, with what it would send for as long as its target is away. */
  async create(fields: Record<string, unknown>): Promise<ExportHandle> {
    const { api } = this.installation;
    const source = { registryId: this.registry.id };
    const { response } = await api.must('POST', '/ext/v1/exports', { source, ...fields });
    const handle = new ExportHandle(this.installation, response.id);
    // Some tests leave no API that could be told.
    onTestFinished(async () => void (await api.call('DELETE', handle.path).catch(() => {})));
    return handle;
  }

  /** Publishes until the export has recorded something: from then on it is in force. */
  async inForce(handle: ExportHandle, topic = this.topic): Promise<void> {
    const session = await this.device.connect();
    const before = Number((await handle.state()).head);
    await expect
      .poll(
        async () => {
          await session.publish(topic, 'in force?', { qos: 1 });
          return Number((await handle.state()).head);
        },
        { interval: 50 },
      )
      .toBeGreaterThan(before);
    await session.end();
  }
}

export class ExportHandle {
  readonly id: string;
  readonly #installation: Installation;

  constructor(installation: Installation, id: string) {
    this.#installation = installation;
    this.id = id;
  }

  get path(): string {
    return `/ext/v1/exports/${this.id}`;
  }

  async state(): Promise<Json> {
    return (await this.#installation.api.must('GET', `${this.path}?exportView=FULL`)).state;
  }

  do(action: string, body?: unknown): Promise<Json> {
    return this.#installation.api.must('POST', `${this.path}:${action}`, body);
  }

  async deadLetters(): Promise<Json[]> {
    return (await this.#installation.api.must('GET', `${this.path}/deadLetters`)).deadLetters;
  }

  /** Waits until nothing waits to be sent. */
  async drained(): Promise<Json> {
    await expect.poll(async () => (await this.state()).lagMessages, { interval: 50 }).toBe('0');
    return this.state();
  }
}
