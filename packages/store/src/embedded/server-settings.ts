/** What the embedded server runs with. Everything durable stays as Postgres has it: fsync and synchronous_commit are on. */
const settings: Readonly<Record<string, string>> = {
  // Reached over loopback only, with the password of the data folder: a socket file would need a folder others can enter.
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  // Two processes with a pool and a change feed each, tools, and room for a second version beside the first.
  max_connections: '100',
  // A small machine: enough that the indexes of a million devices are not read from the disk every time.
  shared_buffers: '256MB',
  // Fewer checkpoints while a fleet is imported; costs at most this much disk.
  max_wal_size: '2GB',
  // SSDs read a page here as cheaply as the next one.
  random_page_cost: '1.1',
  // Compiling a query costs more than any of ours.
  jit: 'off',
  // The log is for what goes wrong; statements could hold what clients sent.
  log_min_messages: 'warning',
  log_min_error_statement: 'panic',
};

/** As arguments of `postgres`. */
export function serverArguments(): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
