/** `registry|device|broker sessions, disconnect`. */
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { addSelection, type SelectionOptions, selected } from '../../options/selection.ts';
import type { Kind } from '../../resources/kinds.ts';
import { exampleOf, withExamples } from '../examples.ts';

const calls = {
  registry: {
    list: (client: sdk.Client, registryId: string) =>
      answer(sdk.listRegistrySessions({ client, path: { registryId } })),
    end: (client: sdk.Client, registryId: string) =>
      answer(sdk.disconnectRegistry({ client, path: { registryId } })),
  },
  device: {
    list: (client: sdk.Client, deviceId: string) =>
      answer(sdk.listDeviceSessions({ client, path: { deviceId } })),
    end: (client: sdk.Client, deviceId: string) =>
      answer(sdk.disconnectDevice({ client, path: { deviceId } })),
  },
  broker: {
    list: (client: sdk.Client, brokerId: string) =>
      answer(sdk.listBrokerSessions({ client, path: { brokerId } })),
    end: (client: sdk.Client, brokerId: string) =>
      answer(sdk.disconnectBroker({ client, path: { brokerId } })),
  },
};

export function registerSessions(parent: Command, kind: Kind, context: CliContext): void {
  const { noun } = kind;
  const sessions = addSelection(parent.command('sessions'), kind)
    .description(`List the live sessions of a ${noun}: since when, from where, and with which credential`)
    .action(async (either: string | undefined, options: SelectionOptions) => {
      const { client, id } = await selected(context, kind, either, options);
      const found = await calls[noun].list(client, id);
      await context.out.rows(
        found.sessions,
        [
          { title: 'SINCE', value: ({ connectedAt }) => connectedAt },
          { title: 'ADDRESS', value: ({ address }) => address },
          { title: 'CLIENT ID', value: ({ clientId }) => clientId },
          { title: 'TLS', value: ({ tls }) => (tls ? 'yes' : 'no') },
          {
            title: 'CREDENTIAL',
            value: ({ passwordId, certificateFingerprint }) => passwordId ?? certificateFingerprint,
          },
          { title: 'NODE ID', value: ({ nodeId }) => nodeId },
        ],
        'no sessions are open',
      );
    });
  withExamples(sessions, `iotcore ${noun} sessions ${exampleOf(noun)}`);

  const disconnect = addSelection(parent.command('disconnect'), kind)
    .description(`End the sessions of a ${noun}; it may connect again at once`)
    .action(async (either: string | undefined, options: SelectionOptions) => {
      const { client, id } = await selected(context, kind, either, options);
      const operation = await calls[noun].end(client, id);
      context.out.note(`disconnected ${noun} ${id}`);
      context.out.note(`operation ${operation.id} is done`);
    });
  withExamples(disconnect, `iotcore ${noun} disconnect ${exampleOf(noun)}`);
}
