/**
 * What a change is about, and what its key is: the ID of the registry, device, broker or password; a certificate's
 * SHA-256 in lower-case hex; for `alias` the device's ID, for `account` the service account's (also when one of its keys
 * or roles changed), for `signing-key` the `kid`, for `network-block` its ID, for `export` the export's, for
 * `disconnect` (sessions are to end) kind and ID as `device:…`. A block of a device or broker is told of as a
 * change of that.
 */
export type ChangeKind =
  | 'registry'
  | 'device'
  | 'broker'
  | 'certificate'
  | 'password'
  | 'alias'
  | 'account'
  | 'signing-key'
  | 'network-block'
  | 'disconnect'
  | 'export';

export interface Change {
  readonly kind: ChangeKind;
  readonly key: string;
  /** It was deleted: its ID may become another's. */
  readonly gone?: true;
}
