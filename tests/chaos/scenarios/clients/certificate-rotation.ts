import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { eventually, makeCertificate } from '@iotcore/testkit/faults';
import { must, type Scenario } from '../../scenario.ts';

/** The server's certificate is replaced under live connections, then by a file that is none. */
export const certificateRotation: Scenario = {
  id: '21',
  title: 'Server certificate rotated; a broken file offered',
  short: false,
  async run(chaos) {
    const folder = await chaos.folder();
    const files = { cert: join(folder, 'server.crt'), key: join(folder, 'server.key') };
    const offer = async () => {
      const made = await makeCertificate({ names: ['127.0.0.1', 'localhost'] });
      await Promise.all([writeFile(files.cert, made.certPem), writeFile(files.key, made.keyPem)]);
      return made.sha256;
    };
    const first = await offer();
    const fixture = await chaos.fixture({
      trustAnyServer: true,
      envOf: { mqtt: { IOT_TLS_CERT_FILE: files.cert, IOT_TLS_KEY_FILE: files.key } },
    });
    const before = fixture.messages.history().connections.length;
    must(
      (await shown(fixture.ports.mqtts)) === first,
      'the server shows another certificate than it was given',
    );

    const second = await offer();
    const began = performance.now();
    await eventually(
      'the new certificate',
      async () => (await shown(fixture.ports.mqtts)) === second,
      90_000,
    );
    chaos.note(`taken over within ${((performance.now() - began) / 1000).toFixed(0)} s`);
    await writeFile(files.cert, 'no certificate');
    await eventually(
      'the alarm',
      () => fixture.plane('mqtt').output.includes('certificate could not be renewed'),
      90_000,
    );
    must((await shown(fixture.ports.mqtts)) === second, 'the broken file took the place of the good one');
    const { connections } = fixture.messages.history();
    must(connections.length === before, 'live connections were lost');
    return fixture.check();
  },
};

/** SHA-256 of the certificate that a new connection sees. */
async function shown(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase());
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
