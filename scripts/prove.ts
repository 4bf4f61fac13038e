/**
 * Runs `npm test` or `npm start` as somebody else will: in a fresh clone of the last commit, under conditions that have a name.
 * Prints a row for the table of docs/testing.md, and fails when the run did.
 *
 *     npm run prove -- test|start [idle|one-core|other-core|busy|cold-cache|non-root|odd-path] [folder of another Node]
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

interface Condition {
  readonly said: string;
  /** What the command line begins with. */
  readonly prefix?: readonly string[];
  readonly folder?: string;
  readonly isBusy?: boolean;
  /** npm has nothing on this machine that it could take. */
  readonly isCold?: boolean;
  /** Who runs it. */
  readonly user?: number;
}

const root = resolve(import.meta.dirname, '..');
/** Of `nobody`, by convention. */
const nobody = 65_534;
const conditions: ReadonlyMap<string, Condition> = new Map([
  ['idle', { said: '' }],
  ['one-core', { said: 'on one core', prefix: ['taskset', '-c', '0'] }],
  // Beside the one before.
  [
    'other-core',
    { said: 'on one core, beside another run on the other core', prefix: ['taskset', '-c', '1'] },
  ],
  ['busy', { said: 'beside a busy loop on each core', isBusy: true }],
  ['cold-cache', { said: 'with an empty cache of npm', isCold: true }],
  [
    'non-root',
    {
      said: 'not as root',
      prefix: ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'],
      user: nobody,
    },
  ],
  ['odd-path', { said: 'in a path with blanks and Cyrillic letters', folder: 'моя копия IoT Core' }],
]);

/** What each command prints when it has done what it is for. */
const marks = { test: /Tests .*\d+ passed/, start: /IoT Core is ready/ } as const;
type CommandName = keyof typeof marks;

const [command = '', name = 'idle', nodeFolder] = process.argv.slice(2);
const condition = conditions.get(name);
if (!(command in marks) || condition === undefined) {
  process.stderr.write(`usage: npm run prove -- test|start [${[...conditions.keys()].join('|')}] [node]\n`);
  process.exit(2);
}

const place = mkdtempSync(join(tmpdir(), 'iotcore-proof-'));
const loops: ChildProcess[] = [];
try {
  process.exitCode = (await prove(command as CommandName, condition)) ? 0 : 1;
} finally {
  for (const loop of loops) loop.kill('SIGKILL');
  rmSync(place, { recursive: true, force: true, maxRetries: 5 });
}

async function prove(what: CommandName, { said, prefix = [], ...more }: Condition): Promise<boolean> {
  const clone = makeClone(more.folder ?? 'clone', more.user);
  const env = environmentOf(more);
  const nodeVersion = execFileSync('node', ['--version'], { env, encoding: 'utf8' }).trim();
  if (more.isBusy)
    for (let core = 0; core < availableParallelism(); core += 1)
      loops.push(spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));

  // What all processes took that it waited for is what bash tells in the last line of `times`.
  const script = 'trap : INT; "$@"; status=$?; times; exit $status';
  const args = ['-c', script, 'bash', ...prefix, 'npm', what];
  const startedAt = performance.now();
  const run = spawn('bash', args, { cwd: clone, env, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let readyAfter = 0;
  run.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += stripVTControlCharacters(text);
    process.stdout.write(text);
    if (readyAfter > 0 || !marks[what].test(output)) return;
    readyAfter = performance.now() - startedAt;
    // As Ctrl-C does, to all of them.
    if (what === 'start') process.kill(-(run.pid ?? 0), 'SIGINT');
  });
  const [status] = (await once(run, 'close')) as [number | null];
  const wallMs = what === 'start' ? readyAfter : performance.now() - startedAt;
  const isGood = status === 0 && readyAfter > 0;
  const sum = what === 'start' ? 'ready, and ended by Ctrl-C' : summaryOf(output);
  const outcome = isGood ? sum : `failed with status ${status}: ${sum}`;
  const machine = `${availableParallelism()} cores, Node ${nodeVersion.slice(1)}`;
  const date = new Date().toISOString().slice(0, 10);
  const cells = [date, revision(clone), machine, `\`npm ${what}\` ${said}`.trim()];
  process.stdout.write(`| ${[...cells, minutes(wallMs), minutes(cpuMs(output)), outcome].join(' | ')} |\n`);
  return isGood;
}

function revision(clone: string): string {
  const options = { cwd: clone, encoding: 'utf8' } as const;
  return execFileSync('git', ['-c', 'safe.directory=*', 'rev-parse', '--short', 'HEAD'], options).trim();
}

function makeClone(folder: string, user: number | undefined): string {
  const clone = join(place, folder);
  execFileSync('git', ['clone', '--quiet', root, clone]);
  for (const name of ['home', 'tmp']) mkdirSync(join(place, name));
  if (user !== undefined) {
    execFileSync('chown', ['-R', `${user}:${user}`, place]);
    chownSync(place, user, user);
  }
  return clone;
}

/** That of this process, less what is of this clone; free ports, since something may run here already. */
function environmentOf({ isCold, user }: Omit<Condition, 'said' | 'prefix'>): NodeJS.ProcessEnv {
  const own = /^(IOT_|DATABASE_URL$|NODE_|VITEST|npm_)/;
  const kept = Object.entries(process.env).filter(([variable]) => !own.test(variable));
  const ports = ['API', 'API_TLS', 'MQTTS', 'MQTT', 'MQTT_ADMIN'].map((of) => [`IOT_${of}_PORT`, '0']);
  const ours = (folder: string) => folder.startsWith(root);
  const path = [nodeFolder, ...(process.env['PATH'] ?? '').split(delimiter).filter((one) => !ours(one))]
    .filter(Boolean)
    .join(delimiter);
  const env: NodeJS.ProcessEnv = { ...Object.fromEntries([...kept, ...ports]), PATH: path };
  if (isCold) env['npm_config_cache'] = join(place, 'npm');
  if (user !== undefined) Object.assign(env, { HOME: join(place, 'home'), TMPDIR: join(place, 'tmp') });
  return env;
}

/** User and system time of the children, of the last line of `times`: `1m2.345s 0m6.789s`. */
function cpuMs(output: string): number {
  const [line] = [...output.matchAll(/^(\d+)m([\d.]+)s (\d+)m([\d.]+)s$/gm)].slice(-1);
  const [, userMinutes, userSeconds, systemMinutes, systemSeconds] = (line ?? []).map(Number);
  return (
    (((userMinutes ?? 0) + (systemMinutes ?? 0)) * 60 + (userSeconds ?? 0) + (systemSeconds ?? 0)) * 1000
  );
}

function summaryOf(output: string): string {
  const line = output.match(/Tests +(.*\S)/)?.[1] ?? 'no sum';
  const slowest = /slowest files:\n +(.*)/.exec(output)?.[1];
  return slowest === undefined ? line : `${line}; slowest: ${slowest.replace(/ +/g, ' ')}`;
}

function minutes(ms: number): string {
  return `${(ms / 60_000).toFixed(1)} min`;
}
