/**
 * `npm run release:try`: installs the tarballs of dist/ into empty folders, as their page (`iotcore.md`) says, and uses them. What npm then asks
 * the registry for is what a user's npm would; nothing that runs comes from the source. Then what docs/production.md promises of a
 * service (`service/try-service.ts`).
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { whyNoMachine } from './service/machine.ts';
import { tryService } from './service/try-service.ts';

const root = join(import.meta.dirname, '../..');
const dist = join(root, 'dist');
/** Bytes of its files, in MB: what blocks of a file system add is not ours. */
const largestMb = 150;
const installTimeoutMs = 300_000;

function tarball(pattern: string): string {
  const [found] = globSync(pattern, { cwd: dist });
  if (found === undefined) throw new Error(`dist/${pattern} is not there: npm run release`);
  return join(dist, found);
}

/** The lines of a block of commands, without what is said beside them. */
function commandsOf(path: string, begin: string): string[] {
  const page = readFileSync(path, 'utf8');
  const block = [...page.matchAll(/^```sh\n(.*?)^```/gms)].find(([, text = '']) => text.startsWith(begin));
  if (block === undefined) throw new Error(`${path} has no commands that begin with ${begin}`);
  return (block[1] ?? '')
    .replaceAll(/ +#.*$/gm, '')
    .trim()
    .split('\n');
}
const [installing = '', serving = '', ...using] = commandsOf(
  join(import.meta.dirname, 'iotcore.md'),
  'npm install',
);
const words = (line: string) => line.replace(/^npx iotcore /, '').split(' ');

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
const oldestNode = '22.13.0';
const tooOldNode = '20.18.0';
/** As the old service gave them. */
const movedRegistry = 'are0987654321hgfedcba';
const program = 'node_modules/iotcore/bin/iotcore.mjs';
const nodeOf = (version: string) =>
  join(folder, version, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin/node');
const iotcore = (...args: string[]) => execFileSync(nodeOf(oldestNode), [program, ...args], options);

function installNode(version: string): void {
  const name = `node-${process.platform}-${process.arch}@${version}`;
  const args = ['install', '--prefix', version, '--no-audit', '--no-fund', '--no-save', '--silent', name];
  execFileSync('npm', args, { cwd: folder, stdio: 'inherit', timeout: installTimeoutMs });
}

/** Until a stream has said this; it is read on, since a program that cannot write any more may end. */
function said(stream: Readable, words: string): Promise<void> {
  let text = '';
  return new Promise((resolve) => {
    stream.on('data', (chunk) => {
      text += chunk;
      if (text.toLowerCase().includes(words.toLowerCase())) resolve();
    });
  });
}

/** A message of the sample device to its registry, as the two printed lines say. */
async function sendMessage(printed: string): Promise<void> {
  const [listen, send] = ['sub', 'pub'].map((verb) => {
    const line = new RegExp(`^mosquitto_${verb} .* -u (\\S+) -P (\\S+) -q 1 -t '(\\S+)'`, 'm').exec(printed);
    return ['-u', line?.[1] ?? '', '-P', line?.[2] ?? '', '-t', line?.[3] ?? ''];
  });
  const hears = spawn(
    nodeOf(oldestNode),
    [program, 'mqtt', 'subscribe', ...(listen ?? []), '--count', '1', '--debug'],
    {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  await said(hears.stderr, 'suback');
  iotcore('mqtt', 'publish', ...(send ?? []), '-m', 'hello');
  check((await textOf(hears.stdout)).trim() === 'hello', 'a message over TLS');
}

/** A client that is generated in a project of one's own, as docs/sdks.md says. */
function generateClient(): void {
  const project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"private":true,"type":"module"}');
  for (const line of commandsOf(join(root, 'docs/sdks.md'), 'npm install')) {
    const here = line.replace('path/to', root);
    execFileSync('sh', ['-ec', here], { cwd: project, stdio: 'inherit', timeout: installTimeoutMs });
  }
  const generated = readFileSync(join(project, 'src/iotcore/sdk.gen.ts'), 'utf8');
  check(generated.includes('export const createDevice'), 'a client generated from openapi.yaml');
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
  check(installing === 'npm install iotcore', 'the page installs what npm will have');
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
    refused.status === 1 && /^iotcore: Node 22\.13 or newer is needed, and this is 20\./.test(refused.stderr),
    `Node ${tooOldNode} is refused with one line`,
  );
  for (const args of [['--help'], ['serve', '--help'], ['backup', '--help']])
    check(/^ {2}serve /m.test(iotcore(...args)), `iotcore ${args.join(' ')} names its programs`);
  check(/^\d+\.\d+\.\d+\n$/.test(iotcore('--version')), `iotcore --version, on Node ${oldestNode}`);

  const server = spawn(nodeOf(oldestNode), [program, ...words(serving)], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  let printed = '';
  try {
    const ready = said(server.stdout, 'IoT Core is ready');
    server.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    await Promise.race([ready, ended]);
    check(printed.includes('IoT Core is ready'), 'iotcore serve');
    for (const line of using) {
      iotcore(...words(line));
      check(true, line);
    }
    check(iotcore('registry', 'list').includes('greenhouse'), 'a registry by the command line');
    await sendMessage(printed);
    mkdirSync(join(folder, 'export'));
    writeFileSync(
      join(folder, 'export/registries.json'),
      JSON.stringify([{ id: movedRegistry, folderId: 'default', name: 'moved' }]),
    );
    const device = { id: 'are1234567890abcdefgh', registryId: movedRegistry, name: 'meter' };
    const topicAliases = { m: `$devices/${device.id}/events` };
    const devices = JSON.stringify([{ ...device, topicAliases }]);
    writeFileSync(join(folder, `export/devices-${movedRegistry}.json`), devices);
    const { stderr: saidByNode } = spawnSync(
      nodeOf(oldestNode),
      [program, 'migrate', 'yandex', 'export'],
      options,
    );
    check(!saidByNode.includes('Warning'), 'an import without a warning of Node');
    check(
      iotcore('device', 'list', '--registry-id', movedRegistry).includes('meter'),
      'iotcore migrate yandex',
    );
    const script = `
      import { readFileSync } from 'node:fs';
      import { createClient, listRegistries } from '@iotcore/sdk';
      const auth = readFileSync('data/admin.token', 'utf8').trim();
      const client = createClient({ baseUrl: process.argv[2], auth });
      const { data } = await listRegistries({ client, query: { folderId: 'default' } });
      console.log(data.registries.map(({ name }) => name).join());`;
    writeFileSync(join(folder, 'use-sdk.mjs'), script);
    const api = /^ *API +(\S+)$/m.exec(printed)?.[1] ?? '';
    const consoleHtml = await (await fetch(`${api}/console/`)).text();
    const asset = /src="([^"]+\.js)"/.exec(consoleHtml)?.[1] ?? 'none';
    check((await fetch(new URL(asset, `${api}/console/`))).ok, 'the web console');
    const child = spawn(nodeOf(oldestNode), ['use-sdk.mjs', api], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    check((await textOf(child.stdout)).includes('greenhouse'), 'the same registry by the SDK');
    iotcore('backup', 'all.ndjson.gz');
    check(true, 'iotcore backup');
    check(iotcore('status').includes('serves'), 'iotcore status');
    const faults = printed.split('\n').filter((line) => /^{"level":"(error|fatal)"/.test(line));
    check(faults.length === 0, ['no error in its log', ...faults].join('\n'));
  } finally {
    server.kill('SIGINT');
    await ended;
  }
  say(`ended with ${server.exitCode}`);
  // Another machine, with nothing but the file.
  const restored = { ...options, env: { ...env, IOT_DATA_DIR: join(folder, 'restored') } };
  execFileSync(nodeOf(oldestNode), [program, 'restore', 'all.ndjson.gz'], restored);
  check(true, 'iotcore restore');

  generateClient();

  const reason = whyNoMachine();
  if (reason === undefined) {
    const nodeFolder = dirname(dirname(nodeOf(oldestNode)));
    const [archive = ''] = tarballs;
    await tryService({ folder: join(folder, 'service'), tarball: archive, nodeFolder, check });
  } else {
    say(`left out: a service by the rules of its unit, a reboot, an upgrade (${reason})`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
