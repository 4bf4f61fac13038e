/**
 * The cookie of the console, and when it counts: only if the browser itself says that a page of this origin asks, and for
 * anything but reading only with a header that no form can send (CSRF). A page of another origin gets neither.
 */
import type { KeptSession } from '@iotcore/control';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

const plainName = 'iotcore-session';
/** Over TLS the prefix has the browser refuse one that another host, or plain HTTP, has set. */
const secureName = '__Host-iotcore-session';
const meantHeader = 'x-requested-with';
const meantBy = 'iotcore-console';

const isSecure = (request: FastifyRequest) => request.protocol === 'https';
const nameFor = (request: FastifyRequest) => (isSecure(request) ? secureName : plainName);

/** Undefined where no browser calls, or for a page of another origin. */
export function browserCookie(request: FastifyRequest, reply: FastifyReply): KeptSession | undefined {
  if (!isOfThisOrigin(request) || !isMeant(request)) return undefined;
  const name = nameFor(request);
  const attributes = {
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    secure: isSecure(request),
  } as const;
  const set = (value: string, expires: Date) =>
    void reply.header('set-cookie', stringifySetCookie({ name, value, expires, ...attributes }));
  return {
    secret: parseCookie(request.headers.cookie ?? '')[name],
    keep: set,
    forget: () => set('', new Date(0)),
  };
}

function isOfThisOrigin(request: FastifyRequest): boolean {
  const { headers, protocol, host } = request;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return headers.origin === `${protocol}://${host}`;
}

function isMeant({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' || headers[meantHeader] === meantBy;
}
