/** `iotcore broker …`. */
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { brokerKind, listBrokers } from '../../resources/kinds.ts';
import { registerCertificates } from '../shared/certificates.ts';
import { registerDisabling } from '../shared/disabling.ts';
import { addLogOptions } from '../shared/fields.ts';
import { registerDelete, registerGet } from '../shared/get-and-delete.ts';
import { registerLabels } from '../shared/labels.ts';
import { registerLogs } from '../shared/logs.ts';
import { registerMessages } from '../shared/messages.ts';
import { registerMetrics } from '../shared/metrics.ts';
import { registerPasswords } from '../shared/passwords.ts';
import { registerSessions } from '../shared/sessions.ts';
import { registerCreate, registerList, type TopLevelKind } from '../shared/top-level.ts';
import { registerUpdate } from '../shared/update.ts';

const brokers: TopLevelKind = {
  noun: 'broker',
  plural: 'brokers',
  create: (client, body) => answer(sdk.createBroker({ client, body })),
  list: listBrokers,
};

export function register(program: Command, context: CliContext): void {
  const broker = program
    .command('broker')
    .alias('brokers')
    .description('Manage brokers: namespaces of topics without registries and devices');
  registerCreate(broker, brokers, context, 'iotcore broker create hall --generate-password');
  registerGet(broker, brokerKind, context);
  registerList(broker, brokers, context, 'iotcore broker list');
  addLogOptions(registerUpdate(broker, brokerKind, context));
  registerDelete(broker, brokerKind, context, { consequence: 'its sessions end' });
  registerLabels(broker, brokerKind, context);
  registerLogs(broker, brokerKind, context);
  registerMetrics(broker, brokerKind, context);
  registerMessages(broker, brokerKind, context);
  registerDisabling(broker, brokerKind, context);
  registerSessions(broker, brokerKind, context);
  registerCertificates(broker, brokerKind, context);
  registerPasswords(broker, brokerKind, context);
}
