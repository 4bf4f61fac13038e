/**
 * How the embedded server is set up: for a small machine, and never at the cost of what is committed. Given on the
 * command line at each start, so that a new version's settings apply to an old cluster too.
 */
export interface ServerOptions {
  readonly port: number;
  /** Connections that our processes may open together. */
  readonly maxConnections: number;
}

export function serverSettings({ port, maxConnections }: ServerOptions): Readonly<Record<string, string>> {
  return {
    // Reachable from this machine alone, by password; no socket in a folder that others may write.
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: String(maxConnections),
    // A commit that was answered survives a power cut. These are the defaults, repeated because nothing may turn them off.
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    // The working set is small; the operating system caches the rest.
    shared_buffers: '128MB',
    // Queries are short and use indexes: no time for compiling them, no further processes, and a disk that seeks quickly.
    jit: 'off',
    max_parallel_workers_per_gather: '0',
    random_page_cost: '1.1',
    // Bounds the disk that the log takes (and the recovery after a crash) on a machine that mostly idles.
    max_wal_size: '512MB',
    // Refused statements are the program's own business; the file keeps what concerns the server itself.
    log_min_messages: 'log',
    log_checkpoints: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
}

export function settingArguments(options: ServerOptions): string[] {
  return Object.entries(serverSettings(options)).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
