import { StartupError } from '@iotcore/process';

/** The settings that say where, for whoever must change one. */
export interface PlaceVariables {
  readonly host: string;
  readonly port: string;
}

/**
 * Begins to listen; answers with the address as a URL.
 *
 * @throws StartupError if the port or host cannot be had
 */
export async function listen(
  server: { listen(at: { host: string; port: number }): Promise<string> },
  host: string,
  port: number,
  variables: PlaceVariables,
): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case 'EADDRINUSE':
        throw new StartupError(
          `${variables.port}: port ${port} of ${host} is taken; name another, or stop what uses it`,
        );
      case 'EACCES':
        throw new StartupError(
          `${variables.port}: port ${port} of ${host} is not permitted; name one above 1023`,
        );
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
        throw new StartupError(`${variables.host}: ${host} is not an address of this machine`);
      default:
        throw error;
    }
  }
}
