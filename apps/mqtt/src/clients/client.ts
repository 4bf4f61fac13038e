import type { Principal } from '@iotcore/model';
import type { Activity } from '../monitoring/activity.ts';
import type { Tenant } from '../tenants/tenant.ts';

/** What a client proved itself with. */
export type Credential =
  | { readonly kind: 'password'; readonly id: string }
  | {
      readonly kind: 'certificate';
      /** Over the DER, lower-case hex. */
      readonly sha256: string;
      /** Its name in the API and the log: SHA-1, 40 lower-case hex digits. */
      readonly fingerprint: string;
    };

/** The client of an authenticated connection; a new object for each connection. */
export interface Client {
  readonly principal: Principal;
  readonly credential: Credential;
  /** Set once the client has a place among the connections of its tenant. */
  readonly tenant?: Tenant | undefined;
  /** What monitoring notes of a device that is connected. */
  activity?: Activity | undefined;
}

/** The name of a thing whose change may end a session: `device:…`, `password:…`. No kind holds a colon. */
export type SubjectKey = `${Principal['kind'] | Credential['kind']}:${string}`;

export function principalKey({ kind, id }: Principal): SubjectKey {
  return `${kind}:${id}`;
}

function credentialKey(credential: Credential): SubjectKey {
  return credential.kind === 'password' ? `password:${credential.id}` : `certificate:${credential.sha256}`;
}

/** Everything that a client's session rests on: its credential, itself, and a device's registry. */
export function subjectKeys({ principal, credential }: Client): readonly SubjectKey[] {
  const keys = [credentialKey(credential), principalKey(principal)];
  if (principal.kind === 'device') keys.push(`registry:${principal.registryId}`);
  return keys;
}
