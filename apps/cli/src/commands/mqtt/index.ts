/** `iotcore mqtt …`. */
import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { registerPublish } from './publish.ts';
import { registerSubscribe } from './subscribe.ts';

export function register(program: Command, context: CliContext): void {
  const mqtt = program
    .command('mqtt')
    .description('Send and receive messages as a registry, device or broker');
  registerPublish(mqtt, context);
  registerSubscribe(mqtt, context);
}
