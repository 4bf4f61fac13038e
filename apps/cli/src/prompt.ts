/** Questions to the person at the terminal, and what is piped in instead of an answer. */

import type { Readable, Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { usageError } from './errors.ts';

export interface PromptStreams {
  readonly stdin: Readable & Partial<Pick<ReadStream, 'isTTY' | 'setRawMode'>>;
  readonly stderr: Writable & { readonly isTTY?: boolean };
}

export interface Prompt {
  readonly isTerminal: boolean;
  /** Asks without showing what is typed; takes the first line of what is piped in. */
  secret(question: string): Promise<string>;
  /** Yes or no; no without a terminal. */
  confirm(question: string): Promise<boolean>;
  /** What is piped in. */
  readonly input: Readable;
}

export function createPrompt({ stdin, stderr }: PromptStreams): Prompt {
  const isTerminal = stdin.isTTY === true;

  async function line(question: string, shown: boolean): Promise<string> {
    const { createInterface } = await import('node:readline');
    const { Writable } = await import('node:stream');
    // Readline echoes what is typed to its output, and puts the terminal into raw mode by itself: with an output that
    // goes nowhere nothing is shown.
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    const reader = createInterface({ input: stdin, output: shown ? stderr : silent, terminal: isTerminal });
    const answer = new Promise<string>((resolve, reject) => {
      reader.once('line', resolve);
      reader.once('SIGINT', () => reject(usageError('cancelled')));
      reader.once('close', () => reject(usageError('there was nothing to read')));
    });
    // Last: an answer at once must be heard, and not be echoed.
    if (isTerminal) stderr.write(question);
    try {
      return await answer;
    } finally {
      reader.close();
      if (isTerminal && !shown) stderr.write('\n');
    }
  }

  return {
    isTerminal,
    secret: (question) => line(question, false),
    async confirm(question) {
      if (!isTerminal) return false;
      return /^y(es)?$/i.test((await line(`${question} [y/N] `, true)).trim());
    },
    input: stdin,
  };
}
