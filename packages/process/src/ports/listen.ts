import { StartupError } from '../startup-error.ts';

/** Where to listen. */
export interface ListenPlace {
  readonly host: string;
  readonly port: number;
  /** The settings that say so, for an operator that must change one. */
  readonly variables: { readonly host: string; readonly port: string };
}

/**
 * Begins to listen.
 *
 * @param begin resolves once it listens; rejects with what Node says
 * @throws StartupError that names the setting to change, if the port or host cannot be had
 */
export async function listenAt<T>(
  place: ListenPlace,
  begin: (at: { readonly host: string; readonly port: number }) => Promise<T>,
): Promise<T> {
  const { host, port } = place;
  try {
    return await begin({ host, port });
  } catch (error) {
    throw new StartupError(whyNot(place, (error as NodeJS.ErrnoException).code), { cause: error });
  }
}

/** What to say when a port is taken. */
export function portTaken({ host, port, variables }: ListenPlace): string {
  return `${variables.port}: port ${port} of ${host} is taken; name another, or stop what uses it`;
}

/** A host as it stands in a URL. */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function whyNot(place: ListenPlace, code: string | undefined): string {
  const { host, port, variables } = place;
  switch (code) {
    case 'EADDRINUSE':
      return portTaken(place);
    case 'EACCES':
      return `${variables.port}: port ${port} of ${host} is not permitted; name one above 1023`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${variables.host}: ${host} is not an address of this machine`;
    default:
      return `${variables.host}, ${variables.port}: cannot listen on ${urlHost(host)}:${port} (${code ?? 'no reason given'})`;
  }
}
