/**
 * How the embedded server is set up: for a small machine, and never at the cost of what is committed. Given on the
 * command line at each start, so that a new version's settings apply to an old cluster too.
 */
export interface ServerOptions {
  readonly port: number;
  /** Connections that our processes may open together. */
  readonly maxConnections: number;
  /** May all that it holds be lost with the machine? */
  readonly disposable: boolean;
}

function serverSettings({
  port,
  maxConnections,
  disposable,
}: ServerOptions): Readonly<Record<string, string>> {
  return {
    // Reachable from this machine alone, by password; no socket in a folder that others may write.
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: String(maxConnections),
    // A commit that was answered survives a power cut. These are the defaults, repeated because no file may turn them off.
    fsync: disposable ? 'off' : 'on',
    full_page_writes: disposable ? 'off' : 'on',
    synchronous_commit: 'on',
    // Enough that the indexes of a million devices are not read from the disk every time.
    shared_buffers: '256MB',
    // Queries are short and use indexes: no time for compiling them, no further processes, and a disk that seeks quickly.
    jit: 'off',
    max_parallel_workers_per_gather: '0',
    random_page_cost: '1.1',
    // No processes that would only wait: what is read is in memory or by an index, and nobody subscribes to another server.
    io_method: 'sync',
    max_logical_replication_workers: '0',
    // Room for the import of a fleet without a checkpoint every few seconds; bounds the recovery after a crash.
    max_wal_size: '1GB',
    // By itself a part of the memory above, 8 MB, all of which is used in turn; each commit writes what it has.
    wal_buffers: '2MB',
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
