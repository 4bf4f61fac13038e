/** All nodes are replaced one after the other, as for a new version, while clients send and hear by way of a balancer. */
import { connect } from 'node:net';
import {
  eventually,
  fullTest,
  type Installation,
  listen,
  patienceMs,
  sharedInstallation,
} from '@iotcore/testkit';
import {
  checkMessages,
  createRegistryTenant,
  LoadClient,
  type Login,
  MessageLedger,
  type RegistryTenant,
  SeededRandom,
} from '@iotcore/testkit/faults';
import { expect, onTestFinished } from 'vitest';
import { expectPeers, socketFolder, startNode } from '../support/cluster.ts';

const sockets = socketFolder();
const first = sharedInstallation({ programs: ['api'], env: { IOT_INTERNAL_CLUSTER_SOCKETS: sockets } });
const sendEveryMs = 20;
/** A client sends nothing more while so many of its messages are unacknowledged. */
const window = 20;

/** The port of a TCP balancer that gives connections to nodes one after the other; gone with the test. */
function balance(nodes: readonly Installation[]): Promise<number> {
  let given = 0;
  return listen((client) => {
    const node = nodes[given++ % nodes.length] as Installation;
    const server = connect(node.overTcp.port, '127.0.0.1');
    server.on('error', () => client.destroy());
    client.on('close', () => server.destroy());
    client.pipe(server).pipe(client);
  });
}

fullTest(
  'nothing that was acknowledged is lost while all nodes are replaced, and nobody hears what is not theirs',
  async () => {
    const nodes = [await startNode(first(), sockets), await startNode(first(), sockets)];
    const port = await balance(nodes);
    const ledger = new MessageLedger();
    const clients: LoadClient[] = [];
    const senders: { readonly client: LoadClient; readonly topic: string }[] = [];
    const join = ({ id, username, password }: Login, tenant: RegistryTenant, hears: readonly string[]) => {
      const client = new LoadClient({
        ...{ name: id, tenant: tenant.name, ledger, hears, filters: ['$devices/#'], port: () => port },
        ...{ username: username as string, password: password as string },
        random: new SeededRandom(id),
      });
      clients.push(client);
      onTestFinished(() => client.stop());
      client.start();
      return client;
    };
    for (const name of ['ours', 'theirs']) {
      const tenant = await createRegistryTenant(first().api, name, 3, { passwordsOnly: true });
      const backEnd = join(
        tenant.registry,
        tenant,
        tenant.devices.map(({ id }) => `$devices/${id}/events`),
      );
      for (const device of tenant.devices) {
        const commands = `$devices/${device.id}/commands`;
        senders.push({ client: join(device, tenant, [commands]), topic: `$devices/${device.id}/events` });
        senders.push({ client: backEnd, topic: commands });
      }
    }
    const allAreServed = () => eventually('all to be served', () => clients.every(({ served }) => served));
    await allAreServed();
    const sending = setInterval(() => {
      for (const { client, topic } of senders) if (client.unacked < window) client.publish(topic);
    }, sendEveryMs);
    onTestFinished(() => clearInterval(sending));

    for (let index = 0; index < nodes.length; index++) {
      const acknowledged = ledger.ackedCount;
      await eventually('messages in both directions', () => ledger.ackedCount > acknowledged + 200);
      const old = nodes[index] as Installation;
      nodes[index] = await startNode(first(), sockets);
      const drained = ledger.drain();
      await old.stop();
      await expectPeers(nodes[index] as Installation, nodes.length - 1);
      await allAreServed();
      drained();
    }
    clearInterval(sending);
    await eventually('the last acknowledgement', () => clients.every(({ unacked }) => unacked === 0));
    const check = () => checkMessages(ledger.history(), { drainedWindowMs: patienceMs / 60 });
    await eventually('the last message', () => check().lost === 0).catch(() => undefined);
    expect(check()).toMatchObject({ lost: 0, foreign: 0, wrong: 0, reordered: 0 });
  },
);
