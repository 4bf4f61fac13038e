/** `iotcore device …`. */
import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { pairs } from '../../options/values.ts';
import { deviceKind } from '../../resources/kinds.ts';
import { registerCertificates } from '../shared/certificates.ts';
import { registerDisabling } from '../shared/disabling.ts';
import { registerDelete, registerGet } from '../shared/get-and-delete.ts';
import { registerLabels } from '../shared/labels.ts';
import { registerLogs } from '../shared/logs.ts';
import { registerMessages } from '../shared/messages.ts';
import { registerPasswords } from '../shared/passwords.ts';
import { registerSessions } from '../shared/sessions.ts';
import { registerUpdate } from '../shared/update.ts';
import { registerAliasChanges } from './aliases.ts';
import { registerCreate } from './create.ts';
import { registerExport } from './export.ts';
import { registerImport } from './import.ts';
import { registerList } from './list.ts';
import { registerTopics } from './topics.ts';

export function register(program: Command, context: CliContext): void {
  const device = program.command('device').alias('devices').description('Manage devices');
  registerCreate(device, context);
  registerGet(device, deviceKind, context);
  registerList(device, context);
  registerUpdate(device, deviceKind, context).option(
    '--topic-aliases <alias=prefix,…>',
    'all topic aliases, in place of those it has',
    pairs,
  );
  registerDelete(device, deviceKind, context, { consequence: 'its sessions end' });
  registerLabels(device, deviceKind, context);
  registerAliasChanges(device, context);
  registerLogs(device, deviceKind, context);
  registerMessages(device, deviceKind, context);
  registerSessions(device, deviceKind, context);
  registerCertificates(device, deviceKind, context);
  registerPasswords(device, deviceKind, context);
  registerDisabling(device, deviceKind, context);
  registerTopics(device, context);
  registerImport(device, context);
  registerExport(device, context);
}
