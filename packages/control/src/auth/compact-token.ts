/**
 * The form of access tokens, as the old service has it: `t1.<payload>.<signature>`, both parts base64url. Clients look at it:
 * Terraform sends a token of this form as it is, and takes any other for an OAuth token, which it exchanges first.
 *
 * The payload is JSON, header and claims of a JWT in one; the signature is Ed25519 over all that stands before it.
 */
import { base64url, type CryptoKey } from 'jose';

const prefix = 't1';
/** 64 bytes of Ed25519 are 86 characters. Longer payloads are none of ours. */
const form = /^t1\.([\w-]{1,2048})\.([\w-]{86})$/;

export type TokenPayload = Readonly<Record<string, unknown>>;

export interface CompactToken {
  readonly payload: TokenPayload;
  /** Whether the key signed it. */
  isSignedBy(publicKey: CryptoKey): Promise<boolean>;
}

export async function signToken(payload: TokenPayload, privateKey: CryptoKey): Promise<string> {
  const signed = `${prefix}.${base64url.encode(JSON.stringify(payload))}`;
  const signature = await crypto.subtle.sign('Ed25519', privateKey, Buffer.from(signed));
  return `${signed}.${base64url.encode(new Uint8Array(signature))}`;
}

/** Undefined if the text has another form. Nothing of the payload is proven until `isSignedBy` says so. */
export function readToken(text: string): CompactToken | undefined {
  const [, payload = '', signature = ''] = form.exec(text) ?? [];
  const bytes = Buffer.from(signature, 'base64url');
  // A character has bits that say nothing: so that one token can be written in one way only.
  if (payload === '' || bytes.toString('base64url') !== signature) return undefined;
  const claims = parseObject(Buffer.from(payload, 'base64url').toString());
  if (!claims) return undefined;
  const signed = Buffer.from(text.slice(0, text.lastIndexOf('.')));
  return {
    payload: claims,
    isSignedBy: (publicKey) => crypto.subtle.verify('Ed25519', publicKey, bytes, signed),
  };
}

function parseObject(text: string): TokenPayload | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as TokenPayload) : undefined;
  } catch {
    return undefined;
  }
}
