import { connectRaw, type Installation, type RawClient } from '@iotcore/testkit';
import { connectPacket, publishPacket, subscribePacket } from '../../mqtt/support/packets.ts';
import { createBroker } from '../../mqtt/support/party.ts';

/**
 * A client of somebody else, there all the time. It hears all of its own space, so that anything foreign would come
 * between the messages that it sends itself.
 */
export class Canary {
  readonly #client: RawClient;
  #sent = 0;

  private constructor(client: RawClient) {
    this.#client = client;
  }

  /** Ends with the test that starts it. */
  static async start(installation: Installation): Promise<Canary> {
    const { id, password } = await createBroker(installation);
    const client = await connectRaw(installation.overTls);
    client.send(connectPacket(id, password, 'canary') + subscribePacket('#'));
    await client.expectBytes('200200009003000101');
    return new Canary(client);
  }

  /** Fails if it is not served, or heard anything but itself. */
  async isServed(): Promise<void> {
    this.#sent += 1;
    const message = publishPacket('canary', String(this.#sent));
    this.#client.send(message);
    await this.#client.expectBytes(message);
  }
}
