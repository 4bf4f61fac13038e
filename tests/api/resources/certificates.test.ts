import { createHash, X509Certificate } from 'node:crypto';
import { certificateTexts, makeCertificate, makeExpiredCertificate } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { expectRefusal, expectViolations } from '../support/answers.ts';
import { newFolder } from '../support/folders.ts';
import { kinds } from '../support/owners.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();

describe.each(kinds)('certificates of a %s', (_, create) => {
  test('are added, listed byte for byte, and deleted', async () => {
    const { api } = installation();
    const owner = await create(api);
    const { certPem: certificateData } = await makeCertificate();
    const der = new X509Certificate(certificateData).raw;
    const fingerprint = createHash('sha1').update(der).digest('hex');

    const added = await api.must('POST', `${owner.path}/certificates`, { certificateData });
    expect(added.metadata).toEqual({
      '@type': `type.googleapis.com/${owner.protoPackage}.Add${owner.noun}CertificateMetadata`,
      [owner.idField]: owner.id,
      fingerprint,
    });
    const { '@type': type, ...certificate } = added.response;
    expect(type).toBe(`type.googleapis.com/${owner.protoPackage}.${owner.noun}Certificate`);
    expect(certificate).toEqual({
      [owner.idField]: owner.id,
      fingerprint,
      certificateData,
      createdAt: expect.any(String),
    });
    expect(await api.must('GET', `${owner.path}/certificates`)).toEqual({ certificates: [certificate] });

    const deleted = await api.must('DELETE', `${owner.path}/certificates/${fingerprint}`);
    expect(deleted.metadata).toMatchObject({ [owner.idField]: owner.id, fingerprint });
    expect(await api.must('GET', `${owner.path}/certificates`)).toEqual({ certificates: [] });
    expectRefusal(await api.call('DELETE', `${owner.path}/certificates/${fingerprint}`), 'NOT_FOUND');
  });

  test('cannot be those of another resource, nor be deleted through another', async () => {
    const { api } = installation();
    const [owner, other] = [await create(api), await create(api)];
    const { certPem: certificateData } = await makeCertificate();
    const { response } = await api.must('POST', `${owner.path}/certificates`, { certificateData });
    for (const path of [owner.path, other.path]) {
      expectRefusal(await api.call('POST', `${path}/certificates`, { certificateData }), 'ALREADY_EXISTS');
    }
    expectRefusal(
      await api.call('DELETE', `${other.path}/certificates/${response.fingerprint}`),
      'NOT_FOUND',
    );
    expect((await api.must('GET', `${other.path}/certificates`)).certificates).toEqual([]);
    expect((await api.must('GET', `${owner.path}/certificates`)).certificates).toHaveLength(1);
  });
});

test('one certificate added to many resources at the same moment belongs to one', async () => {
  const { api } = installation();
  const owners = await Promise.all(kinds.flatMap(([, create]) => [create(api), create(api)]));
  const { certPem: certificateData } = await makeCertificate();
  const answers = await Promise.all(
    owners.map(({ path }) => api.call('POST', `${path}/certificates`, { certificateData })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409]);
});

test('a resource that cannot have its certificate is not created', async () => {
  const { api } = installation();
  const registry = await api.createRegistry();
  const { certPem: certificateData } = await makeCertificate();
  await api.addCertificate({ registryId: registry.id }, certificateData);
  const body = { registryId: registry.id, name: 'pump', certificates: [{ certificateData }] };
  expectRefusal(await api.call('POST', '/iot-devices/v1/devices', body), 'ALREADY_EXISTS');
  expect((await api.must('GET', `/iot-devices/v1/devices?registryId=${registry.id}`)).devices).toEqual([]);
});

test('expired certificates may be added: the MQTT server checks their dates', async () => {
  const { api } = installation();
  const registry = await api.createRegistry();
  const { certPem: cert } = await makeExpiredCertificate();
  await api.addCertificate({ registryId: registry.id }, cert);
});

describe('what is no certificate is refused', () => {
  const cases: readonly (readonly [string, () => Promise<string>])[] = [
    ['nothing', async () => ''],
    ['a private key', async () => (await makeCertificate()).keyPem],
    ['a certificate with its private key', async () => wholeOf(await makeCertificate())],
    ['two certificates', async () => (await makeCertificate()).certPem + (await makeCertificate()).certPem],
    ['a chain in reverse order', reversedChain],
    ['bytes after the DER', async () => withJunk((await makeCertificate()).certPem)],
    ['base64 of nothing', async () => '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['far too long a text', async () => `${(await makeCertificate()).certPem}${' '.repeat(50_000)}`],
  ];
  test.each(cases)('%s', async (_, make) => {
    const { api } = installation();
    const registry = await api.createRegistry();
    const body = { certificateData: await make() };
    const path = `/iot-devices/v1/registries/${registry.id}/certificates`;
    expectViolations(await api.call('POST', path, body), 'certificateData');
    expect((await api.must('GET', path)).certificates).toEqual([]);
  });

  test('ten megabytes', async () => {
    const { api } = installation();
    const registry = await api.createRegistry();
    const body = { certificateData: 'A'.repeat(10 * 1024 * 1024) };
    const answer = await api.call('POST', `/iot-devices/v1/registries/${registry.id}/certificates`, body);
    expect(answer).toMatchObject({ status: 413, body: { code: 3 } });
  });
});

test('line ends and text around it change nothing but certificateData', async () => {
  const { api } = installation();
  const { id: registryId } = await api.createRegistry();
  const path = `/iot-devices/v1/registries/${registryId}/certificates`;
  const { certPem } = await makeCertificate();
  const fingerprint = createHash('sha1').update(new X509Certificate(certPem).raw).digest('hex');
  for (const [, certificateData] of certificateTexts(certPem)) {
    const added = await api.must('POST', path, { certificateData });
    expect(added).toMatchObject({
      description: 'Add registry certificate',
      response: { certificateData, fingerprint },
    });
    expectRefusal(await api.call('POST', path, { certificateData: certPem }), 'ALREADY_EXISTS');
    await api.must('DELETE', `${path}/${fingerprint}`);

    const imported = { certificates: [{ registryId, certificateData, fingerprint }] };
    const { results } = await api.must('POST', '/ext/v1/import', imported);
    expect(results).toEqual([{ kind: 'CERTIFICATE', id: registryId, fingerprint, outcome: 'CREATED' }]);
    expect((await api.must('GET', path)).certificates).toMatchObject([{ certificateData, fingerprint }]);
    await api.must('DELETE', `${path}/${fingerprint}`);
  }
});

test('of a chain the first certificate counts, and the answer says so', async () => {
  const { api } = installation();
  const authority = await makeCertificate({ authority: true, commonName: 'plant' });
  const newChain = async () => {
    const { certPem, sha1 } = await makeCertificate({ issuer: authority });
    return { certificateData: certPem + authority.certPem, fingerprint: sha1 };
  };
  const [first, second, third] = [await newChain(), await newChain(), await newChain()];

  const created = await api.must('POST', '/iot-devices/v1/registries', {
    folderId: newFolder(),
    certificates: [{ certificateData: first.certificateData }],
  });
  expect(created.description).toBe('Create registry. The PEM is a chain: only its first certificate counts');
  const registryId = created.response.id;
  const path = `/iot-devices/v1/registries/${registryId}/certificates`;
  const added = await api.must('POST', path, { certificateData: second.certificateData });
  expect(added.description).toBe(
    'Add registry certificate. The PEM is a chain: only its first certificate counts',
  );
  expect(added.response).toMatchObject(second);
  const { results } = await api.must('POST', '/ext/v1/import', { certificates: [{ registryId, ...third }] });
  expect(results).toMatchObject([{ outcome: 'CREATED', note: expect.stringContaining('is a chain') }]);

  const kept: unknown = (await api.must('GET', path)).certificates;
  expect(kept).toHaveLength(3);
  expect(kept).toEqual(
    expect.arrayContaining([first, second, third].map((one) => expect.objectContaining(one))),
  );
  // Nobody has got the certificate of the authority by the way.
  await api.addCertificate({ registryId: (await api.createRegistry()).id }, authority.certPem);
});

function wholeOf({ certPem, keyPem }: { readonly certPem: string; readonly keyPem: string }): string {
  return certPem + keyPem;
}

async function reversedChain(): Promise<string> {
  const authority = await makeCertificate({ authority: true, commonName: 'plant' });
  return authority.certPem + (await makeCertificate({ issuer: authority })).certPem;
}

function withJunk(cert: string): string {
  const der = Buffer.concat([new X509Certificate(cert).raw, Buffer.from('junk')]);
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
}
