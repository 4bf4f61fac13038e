/** The completion scripts, in the shells they are for. */
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { iotcore } from './support/iotcore.ts';

const scripts = new Map<string, string>();
beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { status, stdout, stderr } = await iotcore(['completion', shell]);
    expect({ shell, status, stderr }).toEqual({ shell, status: 0, stderr: '' });
    scripts.set(shell, stdout);
  }
});

/** What bash offers after these words; the last one is begun. */
function offered(...words: string[]): string[] {
  const line = words.map((word) => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(iotcore ${line}); COMP_CWORD=${words.length}; _iotcore; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-c', `${scripts.get('bash')}\n${ask}`], {
    encoding: 'utf8',
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout.split('\n').filter((word) => word !== '');
}

describe('in bash', () => {
  test('nothing is offered that is not a command there', () => {
    expect(offered('operation', 'cre')).toEqual([]);
    expect(offered('nothing', 'cre')).toEqual([]);
  });

  test('commands are, at each place', () => {
    expect(offered('dev')).toEqual(['device']);
    expect(offered('device', 'certificate', '')).toEqual(['add', 'list', 'delete']);
    expect(offered('migrate', 'adoption', 'o')).toEqual(['on', 'off']);
    expect(offered('--format', 'json', 'registry', 'en')).toEqual(['enable']);
  });

  test('options are, and the values of those that have few', () => {
    expect(offered('device', 'list', '--regi')).toEqual(['--registry-id', '--registry-name']);
    expect(offered('device', 'get', 'pump', '--form')).toEqual(['--format']);
    expect(offered('device', 'list', '--format', 'j')).toEqual(['json', 'json-rest']);
    expect(offered('certificate', 'create', '--algorithm', 'ec')).toEqual(['ecdsa-p256', 'ecdsa-p384']);
  });

  test('it is bound to the command', () => {
    const { stdout } = spawnSync('bash', ['--norc', '-c', `${scripts.get('bash')}\ncomplete -p iotcore`], {
      encoding: 'utf8',
    });
    expect(stdout).toContain('-F _iotcore iotcore');
  });
});

test.for(['zsh', 'fish'])('%s reads its script, where there is one', (shell, { skip }) => {
  const { error, status, stderr } = spawnSync(shell, ['-n'], { input: scripts.get(shell), encoding: 'utf8' });
  if (error) skip(`this machine has no ${shell}`);
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
});

test('fish offers every command with what it does', () => {
  const script = scripts.get('fish') ?? '';
  expect(script).toContain(`-n '__iotcore_at device' -a add-topic-aliases -d 'Add topic aliases`);
  expect(script).toContain(`-n '__iotcore_at registry logs' -l since -r -d`);
});
