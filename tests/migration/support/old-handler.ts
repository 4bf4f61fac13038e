/** An old handler behind the server that docs/migration shows for its language, as it stands there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort, isListening, repositoryRoot } from '@iotcore/testkit';
import { expect, onTestFinished } from 'vitest';
import { temporaryFolder } from './folders.ts';

/** A language of old handlers, and how the guide runs one. */
export interface Language {
  readonly block: string;
  readonly server: string;
  readonly program: string;
  readonly file: string;
  /** A handler in the words of the old service's documentation. It keeps what it was called with, and throws at `bad`. */
  readonly handler: string;
}

export const commonJs: Language = {
  block: 'js',
  server: 'server.mjs',
  program: process.execPath,
  file: 'index.js',
  handler: `
    const { appendFileSync } = require('node:fs');
    module.exports.handler = async function (event, context) {
      appendFileSync('events.ndjson', JSON.stringify(event) + '\\n');
      const text = Buffer.from(event.messages[0].details.payload, 'base64').toString();
      if (text === 'bad') throw new Error('cannot read it');
      return { statusCode: 200, headers: { 'Content-Type': 'text/plain' }, isBase64Encoded: false, body: '' };
    };`,
};

export const python: Language = {
  block: 'python',
  server: 'server.py',
  program: 'python3',
  file: 'index.py',
  handler: `
import base64
import json

def handler(event, context):
    with open('events.ndjson', 'a') as kept:
        kept.write(json.dumps(event, ensure_ascii=False, separators=(',', ':')) + '\\n')
    if base64.b64decode(event['messages'][0]['details']['payload']) == b'bad':
        raise ValueError('cannot read it')
    return {'statusCode': 200, 'headers': {'Content-Type': 'text/plain'}, 'isBase64Encoded': False, 'body': ''}
`,
};

/** It ends with the test. */
export class OldHandler {
  readonly url: string;
  readonly #events: string;

  private constructor(port: number, folder: string) {
    this.url = `http://127.0.0.1:${port}/`;
    this.#events = join(folder, 'events.ndjson');
  }

  static async start(language: Language, port: number, signingSecret: string): Promise<OldHandler> {
    const { block, server, program, file, handler } = language;
    const page = readFileSync(join(repositoryRoot, 'docs/migration/README.md'), 'utf8');
    const [, code] = new RegExp(`\`\`\`${block}\\n(.*?)\`\`\``, 's').exec(page) ?? [];
    const folder = await temporaryFolder();
    writeFileSync(join(folder, server), code ?? '');
    writeFileSync(join(folder, file), handler);
    symlinkSync(join(repositoryRoot, 'node_modules'), join(folder, 'node_modules'));
    const child = spawn(program, [server, String(port)], {
      ...{ cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
      env: { PATH: process.env['PATH'], SIGNING_SECRET: signingSecret },
    });
    let said = '';
    child.stderr?.on('data', (chunk) => {
      said += String(chunk);
    });
    const ended = once(child, 'exit');
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    await expect
      .poll(
        async () => {
          if (child.exitCode !== null) throw new Error(`${server} has ended: ${said}`);
          return isListening(port);
        },
        { interval: 50 },
      )
      .toBe(true);
    return new OldHandler(port, folder);
  }

  /** What the handler was called with, as text, in this order. */
  events(): string[] {
    return existsSync(this.#events) ? readFileSync(this.#events, 'utf8').trimEnd().split('\n') : [];
  }
}

export const portForHandler = findFreePort;

/** What the old service called functions with, as its documentation shows it: its fields in their order, without blanks. */
export const goldenEvent = JSON.stringify(
  JSON.parse(readFileSync(join(import.meta.dirname, 'iot-event.json'), 'utf8')),
);
