import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

export interface NodeRegistrationParts {
  /** Where the API reaches this node. */
  readonly url: string;
  renew(node: { id: string; url: string }): Promise<void>;
  remove(id: string): Promise<void>;
  failed(error: unknown): void;
}

/** A third of the time after which the API takes a silent node for gone. */
const renewIntervalMs = 5000;

/** Keeps this node on the list of those that the API hands messages to. */
export class NodeRegistration {
  readonly id = randomUUID();
  readonly #parts: NodeRegistrationParts;
  #timer: NodeJS.Timeout | undefined;
  #renewing: Promise<void> | undefined;

  constructor(parts: NodeRegistrationParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.#renew(), renewIntervalMs).unref();
    await this.#renew();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
    // What cannot be removed now is taken for gone by its age.
    await this.#parts.remove(this.id).catch(this.#parts.failed);
  }

  async #renew(): Promise<void> {
    this.#renewing ??= this.#parts
      .renew({ id: this.id, url: this.#parts.url })
      .catch(this.#parts.failed)
      .finally(() => {
        this.#renewing = undefined;
      });
    await this.#renewing;
  }
}

/** The URL for others of a server that listens here: its host name where it listens on every address. */
export function reachableUrl(listening: string): string {
  const url = new URL(listening);
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = hostname();
  return url.origin;
}
