import { type ApiClient, makePassword } from '../api/client.ts';
import { connectPacket, publishPacket, subscribePacket } from '../mqtt/packets.ts';
import { openRaw, type RawClient } from '../mqtt/raw.ts';
import type { MqttOptions } from '../mqtt/session.ts';

/** The installation that the clients are at. */
interface BystanderServer {
  readonly api: ApiClient;
  readonly overTls: Pick<MqttOptions, 'port' | 'caPem'>;
  readonly overTcp: Pick<MqttOptions, 'port'>;
}

/**
 * Somebody else's clients, there all the time: one inside TLS, one over plain TCP, both of one broker. They receive all of
 * their own namespace, so that anything foreign would come between the messages that they send themselves.
 */
export class Bystanders {
  readonly #clients: readonly RawClient[];
  #sent = 0;
  /** Tests that run at the same time ask at the same time. */
  #asked: Promise<void> = Promise.resolve();

  private constructor(clients: readonly RawClient[]) {
    this.#clients = clients;
  }

  static async start({ api, overTls, overTcp }: BystanderServer): Promise<Bystanders> {
    const answer = await api.must('POST', '/iot-broker/v1/brokers', { folderId: 'bystander' });
    const brokerId: string = answer.response.id;
    const password = makePassword();
    await api.addPassword({ brokerId }, password);
    const clients: RawClient[] = [];
    for (const reach of [overTls, overTcp]) {
      const client = await openRaw(reach);
      // No keep alive: it is silent for as long as a test lasts.
      client.send(connectPacket(brokerId, password, `bystander ${clients.length}`, 0) + subscribePacket('#'));
      await client.expectBytes('200200009003000101');
      clients.push(client);
    }
    return new Bystanders(clients);
  }

  /** Fails if one of them is not served, or heard anything but the two. */
  isServed(): Promise<void> {
    const answer = this.#asked.then(() => this.#roundTrip());
    this.#asked = answer.catch(() => {});
    return answer;
  }

  async #roundTrip(): Promise<void> {
    for (const sender of this.#clients) {
      this.#sent += 1;
      const message = publishPacket('bystander', String(this.#sent));
      sender.send(message);
      for (const client of this.#clients) await client.expectBytes(message);
    }
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }
}
