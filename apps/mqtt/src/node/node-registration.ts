import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { PeriodicTask } from '@iotcore/process';
import type { RunningNode } from '@iotcore/store/data-plane';

export interface NodeRegistrationParts {
  readonly id: string;
  /** Where the API reaches this node. */
  readonly url: string;
  readonly inCluster: boolean;
  /** Of this process: see `processPlace`. */
  readonly place: string;
  renew(node: RunningNode): Promise<void>;
  remove(id: string): Promise<void>;
  failed(error: unknown): void;
}

/** A third of the time after which the API takes a silent node for gone. */
const renewIntervalMs = 5000;

/** A node's ID, a new one for each process. */
export function newNodeId(): string {
  return randomUUID();
}

/** Keeps this node on the list of those that the API hands messages to. */
export class NodeRegistration {
  readonly #parts: NodeRegistrationParts;
  readonly #renewing = new PeriodicTask(() => this.#renew());
  #stopped: Promise<void> | undefined;

  constructor(parts: NodeRegistrationParts) {
    this.#parts = parts;
  }

  start(): Promise<void> {
    return this.#renewing.every(renewIntervalMs).run();
  }

  /** May be called more than once. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    await this.#renewing.stop();
    // What cannot be removed now is taken for gone by its age.
    await this.#parts.remove(this.#parts.id).catch(this.#parts.failed);
  }

  async #renew(): Promise<void> {
    const { id, url, inCluster, place } = this.#parts;
    await this.#parts.renew({ id, url, inCluster, place }).catch(this.#parts.failed);
  }
}

/** The URL for others of a server that listens here: its host name where it listens on every address. */
export function reachableUrl(listening: string): string {
  const url = new URL(listening);
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = hostname();
  return url.origin;
}
