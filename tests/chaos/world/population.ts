/** Who takes part: the clients of each tenant, what they publish, and what they ask to hear. */
import type {
  BrokerTenant,
  LoadClient,
  LoadClientOptions,
  Login,
  RegistryTenant,
} from '@iotcore/testkit/faults';
import type { PublishingClient } from './message-load.ts';

export type ClientOptions = Pick<LoadClientOptions, 'name'> & Partial<LoadClientOptions>;
export type MakeClient = (options: ClientOptions, login: Login) => LoadClient;

/** What a registry may hear of its devices. */
export function topicsOfDevices({ devices }: RegistryTenant): string[] {
  return devices.flatMap(({ id }) => [`$devices/${id}/events`, `$devices/${id}/state`]);
}

/** The clients of a registry: itself twice, once to listen and once to command, and each of its devices. */
export function joinRegistry(
  make: MakeClient,
  tenant: RegistryTenant,
  perSecond: number,
): PublishingClient[] {
  const { name, registry, devices } = tenant;
  const filters = ['$devices/#', '$registries/#', '#'];
  make({ tenant: name, name: `${name}:registry`, filters, hears: topicsOfDevices(tenant) }, registry);
  const commander = make({ tenant: name, name: `${name}:commander` }, registry);
  const commands = devices.map(({ id }) => `$devices/${id}/commands`);
  return [
    ...devices.map((device, number) => joinDevice(make, name, device, number, perSecond)),
    { client: commander, topics: commands, perSecond },
  ];
}

function joinDevice(
  make: MakeClient,
  tenant: string,
  login: Login,
  number: number,
  perSecond: number,
): PublishingClient {
  const { id } = login;
  const client = make(
    {
      tenant,
      name: `${tenant}:device-${number}`,
      // The same in every tenant: client IDs are private to a principal.
      clientId: `device-${number}`,
      filters: [`$devices/${id}/#`, '$devices/#', '$registries/#'],
      hears: [`$devices/${id}/commands`],
    },
    login,
  );
  const events = `$devices/${id}/events`;
  // Every third device has a permanent topic too. The others never wait for the database.
  const topics = number % 3 === 0 ? [events, events, events, events, `$devices/${id}/state`] : [events];
  return { client, topics, perSecond };
}

/** A listener to everything, and a publisher on a topic of its own and on one that another broker has too. */
export function joinBroker(make: MakeClient, { name, broker }: BrokerTenant): PublishingClient[] {
  const topics = [`canary/${name}`, 'canary/shared'];
  make({ tenant: name, name: `${name}:listener`, filters: ['#'], hears: topics }, broker);
  return [{ client: make({ tenant: name, name: `${name}:publisher` }, broker), topics, perSecond: 2 }];
}
