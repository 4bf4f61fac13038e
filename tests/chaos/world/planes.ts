import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { allocatorSettings } from '@iotcore/process';
import { Child } from '@iotcore/testkit/faults';
import { freePort } from './free-port.ts';

export type PlaneName = 'api' | 'mqtt';
export type ProgramName = PlaneName | 'supervisor';

const programs: Readonly<Record<ProgramName, string>> = {
  api: 'apps/api/src/main.ts',
  mqtt: 'apps/mqtt/src/main.ts',
  supervisor: 'apps/supervisor/src/main.ts',
};

export interface Ports {
  readonly api: number;
  readonly mqtt: number;
  readonly mqtts: number;
  readonly admin: number;
}

export async function choosePorts(): Promise<Ports> {
  return { api: await freePort(), mqtt: await freePort(), mqtts: await freePort(), admin: await freePort() };
}

export type Env = Readonly<Record<string, string | undefined>>;

export interface PlanesOptions {
  readonly dataDir: string;
  readonly ports: Ports;
  /** What is started as the data plane. Default: the real one. */
  readonly mqttProgram?: string;
  /** Asked at each start. */
  envOf(program: ProgramName): Promise<Env>;
}

/** The processes of an installation, at fixed addresses: whoever is started again is where it was. */
export class Planes {
  readonly #options: PlanesOptions;
  readonly #children = new Map<ProgramName, Child>();
  #keepRunning = false;

  constructor(options: PlanesOptions) {
    this.#options = options;
  }

  /** Resolves once it is ready. */
  async start(name: ProgramName): Promise<Child> {
    const child = await this.launch(name);
    await child.ready;
    return child;
  }

  /** Does not wait for it. */
  async launch(name: ProgramName): Promise<Child> {
    const { dataDir, ports, mqttProgram = programs.mqtt, envOf } = this.#options;
    const child = new Child({
      name,
      script: [name === 'mqtt' ? mqttProgram : programs[name]],
      env: {
        ...allocatorSettings,
        IOT_DATA_DIR: dataDir,
        IOT_API_PORT: String(ports.api),
        IOT_API_TLS_PORT: '',
        IOT_MQTT_PORT: String(ports.mqtt),
        IOT_MQTTS_HOST: '127.0.0.1',
        IOT_MQTTS_PORT: String(ports.mqtts),
        IOT_MQTT_ADMIN_PORT: String(ports.admin),
        IOT_SAMPLE: 'off',
        IOT_LOG_LEVEL: process.env['CHAOS_LOG_LEVEL'] ?? 'warn',
        IOT_MQTT_ENGINE: process.env['CHAOS_MQTT_ENGINE'] ?? 'native',
        ...(await envOf(name)),
      },
    });
    this.#children.set(name, child);
    if (this.#keepRunning) void this.#startAgain(name, child);
    return child;
  }

  /** The latest run of a program. */
  get(name: ProgramName): Child {
    const child = this.#children.get(name);
    if (!child) throw new Error(`${name} was not started`);
    return child;
  }

  /** From now on whatever ends is started again, as by a supervisor. */
  keepRunning(): void {
    this.#keepRunning = true;
    for (const [name, child] of this.#children) void this.#startAgain(name, child);
  }

  /** The process of a plane that the supervisor started; undefined while there is none. */
  async supervisedPid(name: PlaneName): Promise<number | undefined> {
    const { pid } = this.get('supervisor');
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    for (const child of children.trim().split(' ')) {
      const command = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
      if (command.includes(programs[name])) return Number(child);
    }
    return undefined;
  }

  logs(): string {
    return [...this.#children.values()].map(({ name, output }) => `--- ${name}\n${output}`).join('\n');
  }

  async stop(): Promise<void> {
    this.#keepRunning = false;
    await Promise.all([...this.#children.values()].map((child) => child.stop()));
  }

  async #startAgain(name: ProgramName, child: Child): Promise<void> {
    await child.exited;
    // As a supervisor does at first; one that keeps failing shows in the recovery time.
    await sleep(200);
    if (this.#keepRunning && this.#children.get(name) === child) await this.launch(name);
  }
}
