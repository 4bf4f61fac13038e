/** docs/backup.md: its commands are run as they stand, those of containers by a stand-in for Docker. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fullTest, repositoryRoot, sharedInstallation } from '@iotcore/testkit';
import { expect, onTestFinished } from 'vitest';

const installation = sharedInstallation({ programs: ['supervisor'] });
const run = promisify(execFile);
const page = readFileSync(join(repositoryRoot, 'docs/backup.md'), 'utf8');
const commands = [...page.matchAll(/^(?:IOT_DATA_DIR=\S+ )?npm run (?:backup|restore) .*$/gm)].map(
  ([line]) => line,
);

fullTest(
  'a backup is made beside what runs, and restored twice: into an empty installation, and for a try',
  async () => {
    expect(commands.length).toBe(3);
    const [backUp = '', restore = '', tryOut = ''] = commands;
    const folder = mkdtempSync('/tmp/iotcore-backup-docs-');
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const follow = (line: string, env: Readonly<Record<string, string | undefined>>) => {
      const script = `npm() { command npm --prefix '${repositoryRoot}' "$@"; }\n${line}`;
      const shell = { PATH: process.env['PATH'], HOME: folder };
      return run('bash', ['-c', script], { cwd: folder, env: { ...shell, ...env } });
    };
    const { dataDir, databaseUrl } = installation();

    const { stdout: backedUp } = await follow(backUp, { IOT_DATA_DIR: dataDir, DATABASE_URL: databaseUrl });
    const archive = join(folder, 'iotcore.ndjson.gz');
    expect((statSync(archive).mode & 0o777).toString(8)).toBe('600');
    const rows = /\d+ rows of \d+ tables, \d+ files/.exec(backedUp)?.[0] ?? 'nothing';
    const { stdout: restored } = await follow(restore, { IOT_DATA_DIR: join(folder, 'restored') });
    expect(restored).toContain(`restored ${rows}`);
    const ofTest = tryOut.replace('/tmp/try', join(folder, 'try')).replace(/\/backups\/\S+/, archive);
    expect((await follow(ofTest, {})).stdout).toContain(`restored ${rows}`);
    expect(existsSync(join(folder, 'try/ca.crt'))).toBe(true);
  },
);

/** Runs what a container would, on this machine: its folders lie elsewhere here. */
const docker = `
docker() {
  set -- "\${@/#\\/data/$CONTAINER_DATA}"
  set -- "\${@/#\\/backup/$PWD}"
  case "$1 $2 $3 $4" in
    'compose exec -T api') shift 4; (cd "$PROJECT" && IOT_DATA_DIR=$CONTAINER_DATA "$@");;
    'compose cp api:/data/'*) cp "$CONTAINER_DATA\${3#api:/data}" "$4";;
    'compose run --rm -v') [ "$5 $6" = "$PWD:/backup:ro api" ]; shift 6; (cd "$PROJECT" && DATABASE_URL='' IOT_DATA_DIR=$RESTORED "$@");;
    *) echo "what is docker $*?" >&2; return 1;;
  esac
}`;

fullTest(
  'in containers, a backup comes out of the volume, and is restored before anything runs',
  async () => {
    const [, block = ''] = /```sh\n(docker .*?)```/s.exec(page) ?? [];
    const folder = mkdtempSync('/tmp/iotcore-backup-docs-');
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { dataDir, databaseUrl } = installation();
    onTestFinished(() => rmSync(join(dataDir, 'iotcore.ndjson.gz'), { force: true }));
    const { stdout } = await run('bash', ['-ec', `${docker}\n${block}`], {
      cwd: folder,
      env: {
        ...{ PATH: process.env['PATH'], HOME: folder, PROJECT: repositoryRoot, DATABASE_URL: databaseUrl },
        ...{ CONTAINER_DATA: dataDir, RESTORED: join(folder, 'restored') },
      },
    });
    const rows = /\d+ rows of \d+ tables, \d+ files/.exec(stdout)?.[0] ?? 'nothing';
    expect(stdout).toContain(`restored ${rows}`);
    expect(existsSync(join(folder, 'restored/ca.crt'))).toBe(true);
  },
);
