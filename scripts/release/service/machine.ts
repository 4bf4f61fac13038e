/**
 * A machine that can lose its power, as far as one can be had without systemd: processes, `/run`, `/tmp` and `/dev/shm` of its own (by
 * `unshare`), which end all at once; the rest of the file system is this machine's, and read only. What stays is what lies in
 * its `place`: the installed release, the data folder and the backups. A service runs on it by the rules of its unit: user, rights,
 * umask, environment, open files, paths that it may write, and the socket on which it says that it is ready.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Unit } from './unit.ts';

/** A number that no user of this machine has. */
const userId = 64_917;

/** What `setpriv` is told of User, Group, NoNewPrivileges and CapabilityBoundingSet. */
const withoutRights = [
  ...[`--reuid=${userId}`, `--regid=${userId}`, '--clear-groups', '--no-new-privs'],
  ...['--bounding-set=-all', '--inh-caps=-all'],
];

/** Why no such machine can be had here; undefined: it can. */
export function whyNoMachine(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root on Linux can';
  const { status, stderr } = spawnSync('unshare', [
    '--mount',
    '--pid',
    '--fork',
    'mount',
    '-t',
    'tmpfs',
    'tmpfs',
    '/tmp',
  ]);
  if (status !== 0) return String(stderr ?? 'there is no unshare').trim();
  const missing = ['setpriv', 'prlimit', 'systemd-notify', 'perl'].filter(
    (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
  );
  return missing.length > 0 ? `there is no ${missing.join(' and no ')}` : undefined;
}

/** As systemd has it, and a Node that is new enough. */
const path = 'PATH=/opt/node/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Prints what is sent to a datagram socket of Unix, which Node does not have. */
const notifySocket = String.raw`
  use Socket; $| = 1;
  socket(S, PF_UNIX, SOCK_DGRAM, 0) && bind(S, pack_sockaddr_un($ARGV[0])) && chmod(0777, $ARGV[0]) or die $!;
  print "LISTENS\n";
  while (defined recv(S, my $said, 65536, 0)) { print "$said\n" }`;

/** What a boot makes of this machine; the last word is what the unit runs. */
const boot = `
set -eu
fresh() { mount -t tmpfs -o "mode=$1" tmpfs "$2"; }
keep() { mkdir -p "$2"; mount --bind "$1" "$2"; }
mount --bind "$PLACE/passwd" /etc/passwd
mount --bind "$PLACE/group" /etc/group
fresh 755 /opt
keep "$PLACE/opt" /opt/iotcore
keep "$NODE_FOLDER" /opt/node
fresh 755 /var/lib
keep "$PLACE/state" /var/lib/iotcore
fresh 755 /var/backups
keep "$PLACE/backups" /var/backups/iotcore
fresh 755 /run
keep "$PLACE/notify" /run/systemd
for home in /home /root; do fresh 000 $home; done
for empty in /dev/shm /tmp; do fresh 1777 $empty; done
for folder in /opt/iotcore /opt /; do mount -o remount,bind,ro $folder; done
# More than this machine's root may have is not to be had here.
prlimit "--nofile=$FILES" true 2>/dev/null || FILES=$(ulimit -Hn)
prlimit "--nofile=$FILES" setpriv $WITHOUT_RIGHTS env -i "$@" &
wait $!`;

export interface Booted {
  /** What it has written to its log. */
  readonly log: () => string;
  /** Of the service's main process, on the machine that this one is played on. */
  readonly pid: number;
  /** A command of root's on that machine, with the data folder of the service: what it prints. */
  asRoot(...command: readonly string[]): string;
  /** Another service beside it, by its own unit, until it ends. @throws Error if it fails */
  runBeside(unit: Unit): void;
  /** Resolves once the service has said this to systemd; rejects if it ends before. */
  said(state: string): Promise<void>;
  /** As systemd stops it. Resolves to its exit status. */
  stop(): Promise<number | null>;
  ended(): Promise<number | null>;
  /** The power is gone: every process ends at once, and says nothing any more. */
  cutPower(): Promise<void>;
}

export class Machine {
  readonly place: string;
  readonly #nodeFolder: string;

  constructor(place: string, nodeFolder: string) {
    this.place = place;
    this.#nodeFolder = nodeFolder;
    for (const folder of ['opt', 'state', 'backups', 'notify'])
      mkdirSync(join(place, folder), { recursive: true });
    for (const folder of ['state', 'backups']) chownSync(join(place, folder), userId, userId);
    const file = (name: string, line: string) =>
      writeFileSync(join(place, name), `${readFileSync(`/etc/${name}`, 'utf8').trimEnd()}\n${line}\n`);
    file('passwd', `iotcore:x:${userId}:${userId}::/var/lib/iotcore:/usr/sbin/nologin`);
    file('group', `iotcore:x:${userId}:`);
  }

  /** The data folder, seen from outside. */
  get state(): string {
    return join(this.place, 'state');
  }

  /** Another machine, with nothing but the same release and the backups. */
  loseDisk(): void {
    rmSync(this.state, { recursive: true });
    mkdirSync(this.state);
    chownSync(this.state, userId, userId);
  }

  /** `settings` are what its EnvironmentFile would say; `command` replaces that of the unit. */
  async run(unit: Unit, settings: readonly string[], command = unit.command()): Promise<Booted> {
    const socket = join(this.place, 'notify/notify');
    rmSync(socket, { force: true });
    const listener = spawn('perl', ['-e', notifySocket, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    const words = new Set<string>();
    let heard = () => {};
    createInterface({ input: listener.stdout }).on('line', (line) => {
      words.add(line);
      heard();
    });
    const hears = async (word: string) => {
      while (!words.has(word)) await new Promise<void>((resolve) => (heard = resolve));
    };
    await hears('LISTENS');

    const watchdog = unit.all('WatchdogSec').map((seconds) => `WATCHDOG_USEC=${Number(seconds) * 1e6}`);
    const environment = [
      path,
      'NOTIFY_SOCKET=/run/systemd/notify',
      ...unit.environment,
      ...settings,
      ...watchdog,
    ];
    const shell = `umask ${unit.need('UMask')}; cd ${unit.all('WorkingDirectory').at(-1) ?? '/'}; exec ${command}`;
    const child = spawn(
      'unshare',
      [
        ...['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private'],
        ...['sh', '-c', boot, 'boot', ...environment, 'sh', '-c', shell],
      ],
      {
        env: {
          PATH: process.env['PATH'],
          PLACE: this.place,
          NODE_FOLDER: this.#nodeFolder,
          FILES: unit.all('LimitNOFILE').at(-1) ?? '1024',
          WITHOUT_RIGHTS: withoutRights.join(' '),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    process.once('exit', () => child.kill('SIGKILL'));
    let log = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        log += chunk;
      });
    const exit = once(child, 'exit').then(([status]) => {
      listener.kill();
      return status as number | null;
    });
    const processes = () => childrenOf(child.pid).flatMap(childrenOf);
    return {
      log: () => log,
      get pid() {
        const [main] = processes();
        if (main === undefined) throw new Error(`nothing runs\n${log}`);
        return main;
      },
      asRoot(...command) {
        const [main] = processes();
        const inside = ['--target', String(main), '--mount', '--pid', 'env', '-i', path, 'HOME=/tmp'];
        return execFileSync('nsenter', [...inside, ...unit.environment, ...command], {
          cwd: '/',
          encoding: 'utf8',
        });
      },
      runBeside(other) {
        const shell = `umask ${other.need('UMask')}; exec ${other.command()}`;
        const inside = ['--target', String(processes()[0]), '--mount', '--pid'];
        const rights = [...withoutRights, 'env', '-i', path, ...other.environment];
        execFileSync('nsenter', [...inside, 'setpriv', ...rights, 'sh', '-c', shell], { cwd: '/' });
      },
      async said(state) {
        const early = exit.then((status) => {
          throw new Error(`ended with ${status} before it said ${state}\n${log}`);
        });
        await Promise.race([hears(state), early]);
      },
      async stop() {
        const [main] = processes();
        if (main !== undefined) process.kill(main, 'SIGTERM');
        return exit;
      },
      ended: () => exit,
      async cutPower() {
        for (const first of childrenOf(child.pid)) process.kill(first, 'SIGKILL');
        await exit;
      },
    };
  }
}

function childrenOf(pid: number | undefined): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}
