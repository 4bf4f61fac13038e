/**
 * What docs/clients.md has for Terraform and yc, which come from other registries than npm and Debian: each command is run, with a stand-in
 * for them that checks what it is given. What the real ones then send `tests/grpc/clients.test.ts` replays.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { settingsTable } from '@iotcore/process';
import { fullTest, repositoryRoot, sharedInstallation } from '@iotcore/testkit';
import { expect, onTestFinished } from 'vitest';
import { bin } from '../cli/support/iotcore.ts';

const installation = sharedInstallation();
const run = promisify(execFile);
const page = readFileSync(join(repositoryRoot, 'docs/clients.md'), 'utf8');
const blockOf = (section: string, language = 'sh') =>
  new RegExp(`^## ${section}\\n.*?\`\`\`${language}\\n(.*?)\`\`\``, 'ms').exec(page)?.[1] ?? '';

/** In a folder in which `data` is the installation's. */
async function follow(script: string): Promise<string> {
  const folder = mkdtempSync('/tmp/iotcore-clients-');
  onTestFinished(() => rmSync(folder, { recursive: true }));
  symlinkSync(installation().dataDir, join(folder, 'data'));
  const env = {
    ...{ PATH: process.env['PATH'], HOME: folder, NODE: process.execPath, CLI: bin },
    ...{ IOTCORE_ENDPOINT: installation().apiUrl, IOTCORE_TOKEN: installation().adminToken },
  };
  const cli = 'iotcore() { "$NODE" "$CLI" "$@"; }';
  return (await run('bash', ['-euc', `${cli}\n${script}`], { cwd: folder, env })).stdout;
}

const names = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name = '']) => name);

fullTest(
  'Terraform finds the certificates that its resources name, and the variables that they take',
  async () => {
    const resources = blockOf('Terraform', 'terraform');
    const files = names(resources, /file\("([^"]+)"\)/g);
    const variables = names(resources, /^variable "([^"]+)"/gm);
    expect([files.length, variables.length]).toEqual([3, 3]);
    expect(names(resources, /var\.(\w+)/g).sort()).toEqual(variables.sort());
    const standIn = `
terraform() {
  case $1 in
    init) ;;
    apply)
      openssl x509 -in "$SSL_CERT_FILE" -noout
      [ "$YC_TERRAFORM_INITIALIZATION_SILENCE" = true ]
      for name in ${variables.join(' ')}; do [ -n "$(printenv TF_VAR_$name)" ]; done
      for file in ${files.join(' ')}; do iotcore registry certificate add --registry-name "$REGISTRY" --certificate-file $file; done;;
    *) return 1;;
  esac
}`;
    const { id, name } = await installation().api.createRegistry({
      folderId: 'default',
      name: 'terraformed',
    });
    await follow(`REGISTRY=${name}${standIn}\n${blockOf('Terraform')}`);
    const { certificates } = await installation().api.must(
      'GET',
      `/iot-devices/v1/registries/${id}/certificates`,
    );
    expect(certificates).toHaveLength(files.length);
  },
);

fullTest('yc is configured with what it needs, and asks for what it may', async () => {
  const standIn = `
yc() {
  case "$1 $2" in
    'config set') echo "$3=$4";;
    'iot registry') openssl x509 -in "$SSL_CERT_FILE" -noout; shift; iotcore "$@";;
    *) return 1;;
  esac
}`;
  const { id } = await installation().api.createRegistry({ folderId: 'default' });
  const said = await follow(`${standIn}\n${blockOf('yc')}`);
  const endpoint = `localhost:${settingsTable.apiTlsPort.default}`;
  const [, keyFile] = /service-account key create .*--output (\S+)/.exec(page) ?? [];
  expect(said).toContain(`endpoint=${endpoint}\nservice-account-key=${keyFile}\n`);
  expect(said).toContain('folder-id=default\ncloud-id=iotcore\n');
  expect(said).toContain(id);
});
