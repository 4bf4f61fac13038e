import type { FastifyRequest } from 'fastify';

/** Nothing but our own files, no inline script or style, no HTML made of strings, and no other site around it. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const always = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** With every answer of the console. */
export function pageHeaders({ protocol, hostname }: FastifyRequest): Readonly<Record<string, string>> {
  // The rule holds for all ports of a name: on the own machine, that would close plain HTTP to whatever else runs there.
  if (protocol !== 'https' || hostname === 'localhost') return always;
  return { ...always, 'strict-transport-security': 'max-age=31536000' };
}
