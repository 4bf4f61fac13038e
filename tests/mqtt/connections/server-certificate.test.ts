/** The operator's server certificate, replaced while the server runs. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { eventually, makeCertificate, startInstallation } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { createRegistry } from '../support/test-client.ts';

test('a new server certificate is shown to new connections, open ones stay, and a broken one is kept out', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-certificate-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const files = { cert: join(folder, 'server.crt'), key: join(folder, 'server.key') };
  const offer = async (notAfter: Date) => {
    const made = await makeCertificate({ names: ['localhost', '127.0.0.1'], notAfter });
    await writeFile(files.cert, made.certPem);
    await writeFile(files.key, made.keyPem);
    return made;
  };
  const [soon, later] = [new Date(Date.now() + 3 * 86_400_000), new Date(Date.now() + 90 * 86_400_000)];
  const first = await offer(soon);
  const installation = await startInstallation({
    env: { IOT_TLS_CERT_FILE: files.cert, IOT_TLS_KEY_FILE: files.key },
  });
  const endInMetrics = async () => {
    const metrics = await (await fetch(`${installation.adminUrl}/metrics`)).text();
    return Number(/^iotcore_mqtt_server_certificate_end_seconds (\d+)/m.exec(metrics)?.[1]);
  };

  const registry = await createRegistry(installation);
  // The harness itself would look for an authority in the data folder, which this server needs none of.
  const session = await registry.connect({ port: installation.mqttsPort, caPem: first.certPem }, 'TCP');
  for (const port of [installation.mqttsPort, installation.apiTlsPort])
    expect(await shown(port)).toBe(first.sha256);
  expect(installation.logs()).toContain('the server certificate ends soon');
  expect(await endInMetrics()).toBe(Math.floor(soon.getTime() / 1000));

  const second = await offer(later);
  for (const port of [installation.mqttsPort, installation.apiTlsPort])
    await eventually('the new certificate', async () => (await shown(port)) === second.sha256);
  expect(await endInMetrics()).toBe(Math.floor(later.getTime() / 1000));
  expect(session.connected).toBe(true);

  await writeFile(files.cert, 'no certificate');
  await eventually('the alarm', () => installation.logs().includes('certificate could not be renewed'));
  for (const port of [installation.mqttsPort, installation.apiTlsPort])
    expect(await shown(port)).toBe(second.sha256);
  await session.publish(`$registries/${registry.id}/commands`, 'still here');
});

/** SHA-256 of the server's certificate, as a new connection sees it. */
async function shown(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase();
  } finally {
    socket.destroy();
  }
}
