/**
 * What the JWT of a service account may name as its audience: the method that exchanges it, at a host that is ours. Most
 * clients say the old service's host; the Python SDK says `iam.` before the endpoint that it was given.
 */

/** What clients of the old service put into `aud`; it names the method, not a host of ours. */
export const oldServiceAudience = 'https://iam.api.cloud.yandex.net/iam/v1/tokens';

const form = /^https:\/\/(\[[0-9a-f:.]+\]|[a-z0-9.-]{1,253})(?::\d{1,5})?\/iam\/v1\/tokens$/i;

export interface TokenAudiencesOptions {
  /** Audiences that are good as they are. */
  readonly exact: readonly string[];
  /** Names and addresses of this server, as they are now; `*.example.com` is any name one level below. */
  readonly ownNames: () => readonly string[];
}

export class TokenAudiences {
  readonly #exact: ReadonlySet<string>;
  readonly #ownNames: () => readonly string[];

  constructor({ exact, ownNames }: TokenAudiencesOptions) {
    this.#exact = new Set(exact);
    this.#ownNames = ownNames;
  }

  /** `audience`: as it stands in the JWT, a string or a list of which one is enough. */
  accept(audience: string | readonly string[] | undefined): boolean {
    const all = typeof audience === 'string' ? [audience] : (audience ?? []);
    return all.some((one) => this.#exact.has(one) || this.#isOwn(one));
  }

  #isOwn(audience: string): boolean {
    const host = form
      .exec(audience)?.[1]
      ?.toLowerCase()
      .replace(/^\[|\]$/g, '');
    if (host === undefined) return false;
    const hosts = new Set([host, host.replace(/^iam\./, '')]);
    return this.#ownNames().some((name) => {
      const own = name.toLowerCase();
      if (!own.startsWith('*.')) return hosts.has(own);
      return [...hosts].some((one) => one.slice(one.indexOf('.')) === own.slice(1));
    });
  }
}
