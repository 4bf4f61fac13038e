/**
 * One start per data folder. The lock is a port of loopback that says a secret word, recorded in `lock.json`: it is gone
 * with the process that holds it, however that ends, which neither a file nor a process ID can promise.
 */
import { randomUUID } from 'node:crypto';
import { readFile, rename, rm } from 'node:fs/promises';
import { createServer, type Server, connect as tcpConnect } from 'node:net';
import { join } from 'node:path';
import { createFileWhole, StartupError, secretMode } from '@iotcore/process';

const answerPatienceMs = 2000;

interface Holder {
  readonly pid: number;
  readonly port: number;
  readonly word: string;
}

export interface DataFolderLock {
  /** Whoever held it before was killed outright: what it started may still be on its way out. */
  readonly takenOver: boolean;
  release(): Promise<void>;
}

/** @throws StartupError if another process holds the folder */
export async function lockDataFolder(dataDir: string): Promise<DataFolderLock> {
  const path = join(dataDir, 'lock.json');
  const word = randomUUID();
  const server = createServer((socket) => socket.on('error', () => {}).end(word));
  const mine: Holder = { pid: process.pid, port: await listen(server), word };
  server.unref();
  let takenOver = false;
  while (!(await createFileWhole(path, JSON.stringify(mine), secretMode))) {
    const holder = await readHolder(path);
    if (holder && (await isAlive(holder))) {
      server.close();
      throw new StartupError(
        `IOT_DATA_DIR: ${dataDir} is in use, IoT Core is already running on it (process ${holder.pid}); stop that one, or name another folder`,
      );
    }
    await removeStale(path, holder);
    takenOver = true;
  }
  return {
    takenOver,
    async release() {
      await rm(path, { force: true });
      server.close();
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
      resolve(address.port);
    });
  });
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Whoever listens on that port now may be somebody else: only the word tells. */
function isAlive({ port, word }: Holder): Promise<boolean> {
  return new Promise((resolve) => {
    let heard = '';
    const socket = tcpConnect({ host: '127.0.0.1', port });
    socket.setTimeout(answerPatienceMs, () => socket.destroy());
    socket.setEncoding('utf8').on('data', (text) => {
      heard += text;
      if (heard.length >= word.length) socket.destroy();
    });
    socket.on('error', () => {});
    socket.once('close', () => resolve(heard === word));
  });
}

/** Another start may have replaced the stale lock by its own in between: what was taken by mistake is put back. */
async function removeStale(path: string, stale: Holder | undefined): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const taken = await readHolder(aside);
  if (taken && taken.word !== stale?.word) await rename(aside, path);
  else await rm(aside, { force: true });
}
