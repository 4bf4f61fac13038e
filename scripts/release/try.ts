/**
 * `npm run release:try`: installs the tarballs of dist/ into empty folders, as a user does, and uses them. What npm then asks
 * the registry for is what a user's npm would; nothing here comes from the source.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';

const dist = join(import.meta.dirname, '../../dist');
/** Bytes of its files, in MB: what blocks of a file system add is not ours. */
const largestMb = 150;
const installTimeoutMs = 300_000;

function tarball(pattern: string): string {
  const [found] = globSync(pattern, { cwd: dist });
  if (found === undefined) throw new Error(`dist/${pattern} is not there: npm run release`);
  return join(dist, found);
}

const folder = mkdtempSync(join(tmpdir(), 'iotcore-release-'));
/** Any free port: several may run beside each other. */
const ports = ['API_PORT', 'API_TLS_PORT', 'MQTTS_PORT', 'MQTT_PORT', 'MQTT_ADMIN_PORT'];
const env = {
  PATH: process.env['PATH'] ?? '',
  HOME: folder,
  ...Object.fromEntries(ports.map((port) => [`IOT_${port}`, '0'])),
};
const options = { cwd: folder, env, encoding: 'utf8' } as const;
/** The oldest Node that runs it, and one that is too old: npm has both, as packages of a platform. */
const oldestNode = '22.12.0';
const tooOldNode = '20.18.0';
const program = 'node_modules/iotcore/bin/iotcore.mjs';
const nodeOf = (version: string) =>
  join(folder, version, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin/node');
const iotcore = (...args: string[]) => execFileSync(nodeOf(oldestNode), [program, ...args], options);

function installNode(version: string): void {
  const name = `node-${process.platform}-${process.arch}@${version}`;
  const args = ['install', '--prefix', version, '--no-audit', '--no-fund', '--no-save', '--silent', name];
  execFileSync('npm', args, { cwd: folder, stdio: 'inherit', timeout: installTimeoutMs });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function check(isRight: boolean, what: string): void {
  if (!isRight) throw new Error(what);
  say(`ok: ${what}`);
}

try {
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  const tarballs = [tarball('iotcore-[0-9]*.tgz'), tarball('iotcore-sdk-*.tgz')];
  // With the registry and the authorities of whoever runs this; what is installed runs without.
  execFileSync('npm', ['install', '--omit=dev', '--no-audit', '--no-fund', ...tarballs], {
    cwd: folder,
    stdio: 'inherit',
    timeout: installTimeoutMs,
  });
  const bytes = Number(execFileSync('du', ['-sb', 'node_modules'], options).split('\t')[0]);
  check(bytes <= largestMb * 1e6, `installed, ${Math.round(bytes / 1e6)} MB of at most ${largestMb}`);
  for (const version of [oldestNode, tooOldNode]) installNode(version);
  const refused = spawnSync(nodeOf(tooOldNode), [program, 'serve'], options);
  check(
    refused.status === 1 && /^iotcore: Node 22\.12 or newer is needed, and this is 20\./.test(refused.stderr),
    `Node ${tooOldNode} is refused with one line`,
  );
  check(/^\d+\.\d+\.\d+\n$/.test(iotcore('--version')), `iotcore --version, on Node ${oldestNode}`);

  const server = spawn(nodeOf(oldestNode), [program, 'serve'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  let printed = '';
  try {
    for await (const chunk of server.stdout) {
      printed += chunk;
      if (printed.includes('IoT Core is ready')) break;
    }
    check(printed.includes('IoT Core is ready'), 'iotcore serve');
    iotcore('registry', 'create', 'greenhouse', '--generate-password');
    check(iotcore('registry', 'list').includes('greenhouse'), 'a registry by the command line');
    iotcore('doctor');
    check(true, 'iotcore doctor');
    const script = `
      import { readFileSync } from 'node:fs';
      import { createClient, listRegistries } from '@iotcore/sdk';
      const auth = readFileSync('data/admin.token', 'utf8').trim();
      const client = createClient({ baseUrl: process.argv[2], auth });
      const { data } = await listRegistries({ client, query: { folderId: 'default' } });
      console.log(data.registries.map(({ name }) => name).join());`;
    writeFileSync(join(folder, 'use-sdk.mjs'), script);
    const api = /^ *API +(\S+)$/m.exec(printed)?.[1] ?? '';
    const child = spawn(nodeOf(oldestNode), ['use-sdk.mjs', api], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    check((await textOf(child.stdout)).includes('greenhouse'), 'the same registry by the SDK');
    iotcore('backup', 'all.ndjson.gz');
    check(true, 'iotcore backup');
    check(iotcore('status').includes('serves'), 'iotcore status');
  } finally {
    server.kill('SIGINT');
    await ended;
  }
  say(`ended with ${server.exitCode}`);
  // Another machine, with nothing but the file.
  const restored = { ...options, env: { ...env, IOT_DATA_DIR: join(folder, 'restored') } };
  execFileSync(nodeOf(oldestNode), [program, 'restore', 'all.ndjson.gz'], restored);
  check(true, 'iotcore restore');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
