import { findFreePort } from '@iotcore/store/embedded';

const taken = new Set<number>();

/** A port of 127.0.0.1 that is still free after a restart, and that nobody else was given here. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await findFreePort();
    if (taken.has(port)) continue;
    taken.add(port);
    return port;
  }
}
