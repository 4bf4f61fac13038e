/** `iotcore doctor`, `iotcore doctor tls <host:port>`. */
import type { Command } from 'commander';
import { mqttUrl } from '../../configuration/configuration.ts';
import type { CliContext } from '../../context.ts';
import type { Finding } from '../../doctor/finding.ts';
import { CliError } from '../../errors.ts';
import type { Column } from '../../output/table.ts';
import { withExamples } from '../examples.ts';

const columns: readonly Column<Finding>[] = [
  { title: 'STATUS', value: ({ status }) => status },
  { title: 'CHECK', value: ({ check }) => check },
  { title: 'FINDING', value: ({ finding }) => finding },
  { title: 'ADVICE', value: ({ advice }) => advice },
];

export function register(program: Command, context: CliContext): void {
  const doctor = program
    .command('doctor')
    .description(
      'Check the installation: database, API, MQTT, certificates, clock, disk; fails if a check does',
    )
    .action(async () => {
      const { checkInstallation } = await import('../../doctor/check-installation.ts');
      await report(checkInstallation(context), context);
    });
  withExamples(doctor, 'iotcore doctor', 'iotcore doctor --format json');

  const tls = doctor
    .command('tls')
    .description(
      'Show what a device will see of a TLS server: chain, sizes, algorithms, versions, names, trust',
    )
    .argument('[host:port]', 'server; without it the MQTT server of the installation')
    .option(
      '--ca <path>',
      'the authority that the device trusts, in PEM (default: ca.crt of the data folder)',
    )
    .action(async (address: string | undefined, options: { ca?: string }) => {
      const { checkTls } = await import('../../doctor/check-tls.ts');
      const server = address === undefined ? await context.configuration.mqtt() : mqttUrl(address);
      const authority = await context.configuration.authority(options.ca);
      const authorityName = authority?.path ?? 'the authorities that computers trust';
      await report(
        checkTls({ server, authorityPem: authority?.pem, authorityName, now: context.now() }),
        context,
      );
    });
  withExamples(tls, 'iotcore doctor tls', 'iotcore doctor tls localhost:8883 --ca data/ca.crt');
}

async function report(findings: AsyncIterable<Finding>, { out }: CliContext): Promise<void> {
  const failed: string[] = [];
  async function* counted() {
    for await (const finding of findings) {
      if (finding.status === 'fail') failed.push(finding.check);
      yield finding;
    }
  }
  await out.rows(counted(), columns, undefined);
  if (failed.length > 0) throw new CliError(`not well: ${failed.join(', ')}`);
}
