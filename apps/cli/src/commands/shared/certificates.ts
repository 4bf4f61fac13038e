/** `registry|device|broker certificate add, list, delete`. */
import { readCertificate } from '@iotcore/model';
import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { readCertificateFile } from '../../options/files.ts';
import { addOwnerSelection, type SelectionOptions, selected } from '../../options/selection.ts';
import type { Kind } from '../../resources/kinds.ts';
import { exampleOf, withExamples } from '../examples.ts';
import { reportChange, reportRemoval } from './report.ts';

export function registerCertificates(parent: Command, kind: Kind, context: CliContext): void {
  const { noun } = kind;
  const group = parent
    .command('certificate')
    .alias('certificates')
    .description(`Manage the certificates of a ${noun}`);

  const add = addOwnerSelection(group.command('add'), kind)
    .description(`Add a certificate to a ${noun}`)
    .requiredOption('--certificate-file <path>', 'certificate in PEM')
    .action(async (either: string | undefined, options: SelectionOptions & { certificateFile: string }) => {
      const pem = await readCertificateFile('--certificate-file', options.certificateFile);
      const { client, id } = await selected(context, kind, either, options);
      const operation = await kind.addCertificate(client, id, pem);
      await reportChange(context, operation);
    });
  withExamples(
    add,
    `iotcore ${noun} certificate add --${noun}-name ${exampleOf(noun)} --certificate-file cert.pem`,
  );

  const list = addOwnerSelection(group.command('list'), kind)
    .description(`List the certificates of a ${noun}`)
    .action(async (either: string | undefined, options: SelectionOptions) => {
      const { client, id } = await selected(context, kind, either, options);
      await context.out.rows(
        await kind.listCertificates(client, id),
        [
          { title: 'FINGERPRINT', value: ({ fingerprint }) => fingerprint },
          { title: 'CREATED AT', value: ({ createdAt }) => createdAt },
          { title: 'VALID UNTIL', value: ({ certificateData }) => validUntil(certificateData) },
        ],
        'no certificates',
      );
    });
  withExamples(list, `iotcore ${noun} certificate list --${noun}-name ${exampleOf(noun)}`);

  const remove = addOwnerSelection(group.command('delete'), kind)
    .description(`Delete a certificate of a ${noun}; sessions that it opened end`)
    .requiredOption('--fingerprint <hex>', 'fingerprint of the certificate, as `list` shows it')
    .action(async (either: string | undefined, options: SelectionOptions & { fingerprint: string }) => {
      const { client, id } = await selected(context, kind, either, options);
      const fingerprint = options.fingerprint.replaceAll(':', '').toLowerCase();
      const operation = await kind.removeCertificate(client, id, fingerprint);
      reportRemoval(context, operation, `certificate ${fingerprint}`);
    });
  withExamples(
    remove,
    `iotcore ${noun} certificate delete --${noun}-name ${exampleOf(noun)} --fingerprint $FINGERPRINT`,
  );
}

function validUntil(pem: string): string {
  const reading = readCertificate(pem);
  return reading.ok ? reading.certificate.notAfter.toISOString() : '';
}
