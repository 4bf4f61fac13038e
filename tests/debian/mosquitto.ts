import { join } from 'node:path';
import { Command, type Installation, makePassword, type Owner, run } from '@iotcore/testkit';

/** The credentials that a client connects with. */
export interface Login {
  readonly id: string;
  readonly owner: Owner;
  readonly password: string;
}

/** Debian's Mosquitto clients, as users run them against an installation. */
export class Mosquitto {
  readonly #installation: () => Installation;

  constructor(installation: () => Installation) {
    this.#installation = installation;
  }

  get server(): string[] {
    const { mqttsPort, dataDir } = this.#installation();
    return ['-h', 'localhost', '-p', String(mqttsPort), '--cafile', join(dataDir, 'ca.crt')];
  }

  /** Gives a registry, device or broker a password to log in with. */
  async login(id: string, owner: Owner): Promise<Login> {
    const password = makePassword();
    await this.#installation().api.addPassword(owner, password);
    return { id, owner, password };
  }

  /** mosquitto_sub, once the server has granted what it asks for; it ends after `count` messages. */
  async subscribed(count: number, ...args: string[]): Promise<Command> {
    // Line-buffered: what -d says of the subscription would otherwise wait until a page of it is full.
    const line = ['-oL', 'mosquitto_sub', ...this.server, '-d', '-C', String(count), '-q', '1', ...args];
    const command = new Command('stdbuf', line);
    await command.line(/^Subscribed/);
    return command;
  }

  /** mosquitto_sub to its end, whatever that is. */
  subscribe(...args: string[]) {
    return run('mosquitto_sub', ...this.server, ...args);
  }

  publish(...args: string[]) {
    return run('mosquitto_pub', ...this.server, '-q', '1', ...args);
  }
}

export const byPassword = ({ id, password }: Login) => ['-u', id, '-P', password];
