import type { RoleBinding } from '@iotcore/model';
import type { AccessToken } from './access-tokens.ts';

/** The account that makes a request, once it is authenticated. */
export interface Caller {
  /** ID of the service account. */
  readonly id: string;
  readonly roleBindings: readonly RoleBinding[];
  /** The key that its secret is, or was exchanged for: what it gets for that may not outlive the key. */
  readonly key?: CallerKey | undefined;
  /** The end of its token, if that was exchanged for another secret: a token that it is renewed by ends no later. */
  readonly exchangedUntil?: Date | undefined;
  /** The end of its token or API key: a browser that it signs in is signed out then. Undefined: until it is revoked. */
  readonly secretExpiresAt?: Date | undefined;
  /** The browser session that it is signed in with, if it is a person at the console. */
  readonly browserSessionId?: string;
}

/** One of the two. */
export type CallerKey = Pick<AccessToken, 'authorizedKeyId' | 'apiKeySha256'>;

/** The caller of a public route without credentials, which may do nothing. */
export const nobody: Caller = { id: '', roleBindings: [] };
