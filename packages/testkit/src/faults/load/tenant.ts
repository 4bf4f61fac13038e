/**
 * Tenants: a registry with devices, or a broker. One is under load; the others are bystanders, whose listeners ask for
 * all that they may ask for, receive their own messages, and must never receive another's.
 */
import { randomBytes } from 'node:crypto';
import { type ApiClient, makePassword, type Owner } from '../../api/client.ts';
import { makeCertificate, type TestCertificate } from '../../certificates/make-certificate.ts';

export interface Login {
  readonly id: string;
  readonly username?: string;
  readonly password?: string;
  readonly certificate?: TestCertificate;
}

export interface RegistryTenant {
  readonly name: string;
  readonly registry: Login;
  readonly devices: readonly Login[];
}

export interface BrokerTenant {
  readonly name: string;
  readonly broker: Login;
}

/** Every second device logs in by certificate, which needs TLS; `passwordsOnly` has none of them. */
export async function createRegistryTenant(
  api: ApiClient,
  name: string,
  deviceCount: number,
  { passwordsOnly = false } = {},
): Promise<RegistryTenant> {
  const registry = await api.createRegistry({ name });
  const devices: Login[] = [];
  for (let number = 0; number < deviceCount; number += 1) {
    const device = await api.createDevice(registry.id, { name: `${name}-${number}` });
    const owner = { deviceId: device.id };
    const byPassword = passwordsOnly || number % 2 === 0;
    devices.push(
      byPassword ? await withPassword(api, owner, device.id) : await withCertificate(api, owner, device.id),
    );
  }
  return { name, registry: await withPassword(api, { registryId: registry.id }, registry.id), devices };
}

export async function createBrokerTenant(api: ApiClient, name: string): Promise<BrokerTenant> {
  const folderId = `folder-${randomBytes(6).toString('hex')}`;
  const { response } = await api.must('POST', '/iot-broker/v1/brokers', { folderId, name });
  return { name, broker: await withPassword(api, { brokerId: response.id }, response.id) };
}

async function withPassword(api: ApiClient, owner: Owner, id: string): Promise<Login> {
  const password = makePassword();
  await api.addPassword(owner, password);
  return { id, username: id, password };
}

async function withCertificate(api: ApiClient, owner: Owner, id: string): Promise<Login> {
  const certificate = await makeCertificate({ commonName: id });
  await api.addCertificate(owner, certificate.certPem);
  return { id, certificate };
}
