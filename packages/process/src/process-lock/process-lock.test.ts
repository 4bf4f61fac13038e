import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { processBeginning } from './process-beginning.mjs';
import { lockHolder, takeLock } from './process-lock.mjs';

const module = join(import.meta.dirname, 'process-lock.mjs');
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iotcore-lock-'));
  path = join(folder, 'lock.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a module of its own process, which says a line when it has got as far as it should. */
function run(source: string): ChildProcess {
  const imports = `import { takeLock } from ${JSON.stringify(module)};\n`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', imports + source], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

async function said(child: ChildProcess): Promise<string> {
  const [text] = await once(child.stdout ?? child, 'data');
  return String(text).trim();
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

const hold = `takeLock(${'PATH'}); console.log('held'); setInterval(() => {}, 1000);`;
const holding = () => run(hold.replace('PATH', JSON.stringify(path)));

/** The file as a dead process left it. */
function leaveBehind(content: unknown): void {
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
}

describe('a lock that is held', () => {
  test('is refused to another process, which is told who holds it', async () => {
    const other = holding();
    await said(other);
    expect(takeLock(path).lock).toBeUndefined();
    expect(takeLock(path).holder).toMatchObject({ pid: other.pid, stopping: false });
    expect(lockHolder(path)?.pid).toBe(other.pid);
  });

  test('says that its holder is about to let go', () => {
    takeLock(path).lock?.announceStop();
    expect(takeLock(path).holder).toMatchObject({ pid: process.pid, stopping: true });
  });

  test('lasts until the process that it was shared with has ended, too', async () => {
    const worker = run(`console.log('up'); setInterval(() => {}, 1000);`);
    await said(worker);
    const other = run(
      `takeLock(${JSON.stringify(path)}).lock.share(${worker.pid}); console.log('shared'); setInterval(() => {}, 1000);`,
    );
    await said(other);
    await kill(other);
    expect(takeLock(path).lock).toBeUndefined();
    await kill(worker);
    expect(takeLock(path).lock?.succeeds).toBe(true);
  });

  test('cannot be taken in a folder that is not there', () => {
    expect(() => takeLock(join(folder, 'absent', 'lock.json'))).toThrow('ENOENT');
  });
});

describe('a lock that was left behind', () => {
  test('by a process that was killed can be taken, and nothing of it stays', async () => {
    const other = holding();
    await said(other);
    await kill(other);
    expect(lockHolder(path)).toBeUndefined();
    expect(takeLock(path).lock?.succeeds).toBe(true);
    expect(readdirSync(folder)).toEqual(['lock.json']);
    expect(lockHolder(path)?.pid).toBe(process.pid);
  });

  test('can be taken although its process ID is used again', () => {
    leaveBehind({ id: 'dead', processes: [{ pid: process.pid, began: 'in another life' }] });
    expect(takeLock(path).lock?.succeeds).toBe(true);
  });

  test.each(['', '{', 'null', '[]', '{"id":1}', '{"id":"a","processes":{}}'])(
    'can be taken when a power cut made it %j',
    (text) => {
      leaveBehind(text);
      writeFileSync(`${path}.unreadable`, text);
      expect(takeLock(path).lock?.succeeds).toBe(true);
      expect(readdirSync(folder)).toEqual(['lock.json']);
    },
  );

  test('is taken over from a process that died while it took over', () => {
    leaveBehind({ id: 'first', processes: [] });
    writeFileSync(`${path}.first`, JSON.stringify({ id: 'second', processes: [] }));
    expect(takeLock(path).lock?.succeeds).toBe(true);
    expect(JSON.parse(readFileSync(path, 'utf8')).processes[0].pid).toBe(process.pid);
  });
});

describe('a lock that was released', () => {
  test('leaves nothing, and is free', () => {
    takeLock(path).lock?.release();
    expect(readdirSync(folder)).toEqual([]);
    expect(lockHolder(path)).toBeUndefined();
    expect(takeLock(path).lock?.succeeds).toBe(false);
  });
});

describe('of many processes that want a lock at once', () => {
  // Each says when it got the lock and when it is about to let go, in one file that all append to.
  const contend = (rounds: number) => `
    import { appendFileSync } from 'node:fs';
    const [path, log] = ${JSON.stringify([path, join(folder, 'log')])};
    const write = (word) => appendFileSync(log, word + ' ' + process.pid + '\\n');
    process.stdin.once('data', () => {
      for (let round = 0; round < ${rounds}; ) {
        const { lock } = takeLock(path);
        if (!lock) continue;
        write('got');
        write('lets go');
        if (round++ % 3 !== 2) { lock.release(); continue; }
        // As if it had died here: nobody of that beginning lives.
        lock.share(1 << 30);
        const aside = log + process.pid;
        writeFileSync(aside, readFileSync(path, 'utf8').replaceAll(/"began":"[^"]*"/g, '"began":"long ago"'));
        renameSync(aside, path);
      }
      process.exit();
    });
    import { readFileSync, renameSync, writeFileSync } from 'node:fs';
    console.log('ready');`;

  test('exactly one has it at any time, also when some die with it', async () => {
    const rounds = 30;
    const contenders = Array.from({ length: 4 }, () => run(contend(rounds)));
    await Promise.all(contenders.map(said));
    const ends = contenders.map((child) => once(child, 'exit'));
    for (const child of contenders) child.stdin?.write('go\n');
    await Promise.all(ends);
    const lines = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(2 * 4 * rounds);
    for (let at = 0; at < lines.length; at += 2) {
      const [, pid] = lines[at]?.split(' ') ?? [];
      expect([lines[at], lines[at + 1]]).toEqual([`got ${pid}`, `lets go ${pid}`]);
    }
  });
});

describe('the beginning of a process', () => {
  test('is the same whenever it is asked for, and another for another process', async () => {
    const other = run(`console.log('up'); setInterval(() => {}, 1000);`);
    await said(other);
    const own = processBeginning(process.pid);
    expect(own).toMatch(/./);
    expect(processBeginning(process.pid)).toBe(own);
    expect(processBeginning(other.pid ?? 0)).not.toBe(own);
    await kill(other);
    expect(processBeginning(other.pid ?? 0)).toBeUndefined();
  });
});
