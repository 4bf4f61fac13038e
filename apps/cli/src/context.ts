/** What every command is handed: the API, the output, and whatever else it needs of the outside. */
import type { Client } from '@iotcore/sdk';
import { Configuration, type Environment, type GlobalFlags } from './configuration/configuration.ts';
import { type Format, Output, type OutputStreams } from './output/output.ts';
import { createPrompt, type Prompt, type PromptStreams } from './prompt.ts';

export interface CliContext {
  /** The client of the installation that the flags, the environment, a profile or the data folder name. */
  api(): Promise<Client>;
  readonly out: Output;
  readonly prompt: Prompt;
  /** Which installation, and where its parts are. */
  readonly configuration: Configuration;
  readonly env: Environment;
  now(): Date;
  /** Aborts on Ctrl-C, for commands that have something to end in order. Those that never ask for it end at once. */
  readonly signal: AbortSignal;
}

export interface ContextParts extends OutputStreams, PromptStreams {
  readonly env: Environment;
  /** Called once a command wants to know of Ctrl-C. */
  onInterrupt(): AbortSignal;
  now(): Date;
}

/** Beyond, a server counts as away; imports of a thousand entries stay well below. */
const callTimeoutMs = 60_000;

export class Context implements CliContext {
  readonly out: Output;
  readonly prompt: Prompt;
  readonly env: Environment;
  readonly now: () => Date;
  configuration: Configuration;
  readonly #onInterrupt: () => AbortSignal;
  #client: Promise<Client> | undefined;
  #signal: AbortSignal | undefined;

  constructor(parts: ContextParts) {
    this.out = new Output(parts);
    this.prompt = createPrompt(parts);
    this.env = parts.env;
    this.#onInterrupt = parts.onInterrupt;
    this.now = parts.now;
    this.configuration = new Configuration({}, parts.env);
  }

  get signal(): AbortSignal {
    this.#signal ??= this.#onInterrupt();
    return this.#signal;
  }

  /** Takes over the flags, once the command line has been read. */
  configure({ format, ...flags }: GlobalFlags & { format: Format }): void {
    this.out.format = format;
    this.configuration = new Configuration(flags, this.env);
  }

  api(): Promise<Client> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  async #connect(): Promise<Client> {
    const baseUrl = await this.configuration.endpoint();
    const text = (await this.configuration.token()).reveal();
    const { createClient } = await import('@iotcore/sdk');
    const isApiKey = text.startsWith('iotcore_');
    return createClient({
      baseUrl,
      auth: ({ type }) =>
        (isApiKey ? type === 'apiKey' && `Api-Key ${text}` : type === 'http' && text) || undefined,
      headers: { 'User-Agent': 'iotcore-cli' },
      // Whatever the type of the answer says: a page of HTML is no empty list.
      parseAs: 'json',
      fetch: (input) => {
        const request = new Request(input);
        // What is watched goes on for as long as somebody looks.
        if (new URL(request.url).pathname.endsWith(':watch')) return fetch(request);
        const timeout = AbortSignal.timeout(callTimeoutMs);
        return fetch(request, { signal: AbortSignal.any([request.signal, timeout]) });
      },
    });
  }
}
