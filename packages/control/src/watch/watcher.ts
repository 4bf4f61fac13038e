/**
 * Live views over all MQTT servers. The nodes of a cluster hand messages to each other, so one of them is asked for messages;
 * clients and lines of logs are those of the node that they are at, so that each is asked for these.
 */
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { DataPlaneNode, Reads } from '@iotcore/store/control';
import type { AccessTokens } from '../auth/access-tokens.ts';
import { errors } from '../errors/catalogue.ts';
import { watchNodesMs, watchPingMs } from '../limits.ts';
import type { StreamEvent } from '../pipeline/streams/stream-event.ts';
import { type NodeWatch, openNodeStream } from './node-stream.ts';

/** Events on their way from the nodes to the reader; beyond, the nodes wait, and drop. */
const highWaterMark = 16;

/** What servers say to each other. */
const internalEvents: ReadonlySet<string> = new Set(['open', 'ping']);

export class Watcher {
  readonly #nodes: Reads['dataPlaneNodes'];
  readonly #tokens: AccessTokens;

  constructor(nodes: Reads['dataPlaneNodes'], tokens: AccessTokens) {
    this.#nodes = nodes;
    this.#tokens = tokens;
  }

  /**
   * Resolves once every MQTT server that is there takes part. The events end when `signal` aborts.
   *
   * @throws what `openNodeStream` does; UNAVAILABLE if there is no MQTT server
   */
  async watch(request: NodeWatch, signal: AbortSignal): Promise<AsyncIterable<StreamEvent>> {
    const watch = new Watch(request, this.#nodes, this.#tokens, signal);
    await watch.start();
    return watch.events;
  }
}

interface Part {
  readonly asksMessages: boolean;
  readonly ending: AbortController;
  /** The node, or the part that this one takes the place of, sends its events. */
  isOpen: boolean;
}

class Watch {
  readonly events = new PassThrough({ objectMode: true, highWaterMark });
  readonly #request: NodeWatch;
  readonly #nodes: Reads['dataPlaneNodes'];
  readonly #tokens: AccessTokens;
  readonly #signal: AbortSignal;
  /** By the ID of the node. */
  readonly #parts = new Map<string, Part>();

  constructor(request: NodeWatch, nodes: Reads['dataPlaneNodes'], tokens: AccessTokens, signal: AbortSignal) {
    this.#request = request;
    this.#nodes = nodes;
    this.#tokens = tokens;
    this.#signal = signal;
    // Each node waits for room.
    this.events.setMaxListeners(0);
  }

  async start(): Promise<void> {
    const nodes = await this.#nodes.listLive();
    if (nodes.length === 0) throw errors.unavailable('No MQTT server is running.');
    try {
      await Promise.all(this.#missing(nodes).map((part) => this.#open(...part)));
    } catch (error) {
      for (const { ending } of this.#parts.values()) ending.abort();
      throw error;
    }
    const following = setInterval(() => void this.#follow(), watchNodesMs);
    const pinging = setInterval(() => this.#offer({ event: 'ping', data: {} }), watchPingMs);
    const end = () => {
      clearInterval(following);
      clearInterval(pinging);
      for (const { ending } of this.#parts.values()) ending.abort();
      this.events.end();
    };
    if (this.#signal.aborted) end();
    else this.#signal.addEventListener('abort', end, { once: true });
  }

  /** Nodes that are not asked yet, or must now be asked for messages too, since the one that was is gone. */
  #missing(nodes: readonly DataPlaneNode[]): [DataPlaneNode, boolean][] {
    const ofCluster = nodes.filter(({ inCluster }) => inCluster);
    const asked = ofCluster.find(({ id }) => this.#parts.get(id)?.asksMessages) ?? ofCluster[0];
    return nodes.flatMap((node): [DataPlaneNode, boolean][] => {
      const asksMessages = this.#request.messages && (!node.inCluster || node === asked);
      const part = this.#parts.get(node.id);
      if (part && (part.asksMessages || !asksMessages)) return [];
      const isOfUse = asksMessages || this.#request.refusals || this.#request.log;
      return isOfUse ? [[node, asksMessages]] : [];
    });
  }

  /** What fails here, since the database is away or a node goes, is tried again at the next look. */
  async #follow(): Promise<void> {
    const nodes = await this.#nodes.listLive().catch(() => []);
    const opened = await Promise.allSettled(this.#missing(nodes).map((part) => this.#open(...part)));
    if (opened.some(({ status }) => status === 'fulfilled')) this.#offerGap();
  }

  async #open(node: DataPlaneNode, asksMessages: boolean): Promise<void> {
    const ending = new AbortController();
    const earlier = this.#parts.get(node.id);
    const part: Part = { asksMessages, ending, isOpen: earlier?.isOpen ?? false };
    this.#parts.set(node.id, part);
    try {
      const token = await this.#tokens.issueForDataPlane();
      const signal = AbortSignal.any([ending.signal, this.#signal]);
      const events = await openNodeStream(node, token, { ...this.#request, messages: asksMessages }, signal);
      earlier?.ending.abort();
      part.isOpen = true;
      void this.#pass(events).then(() => this.#lose(node.id, part));
    } catch (error) {
      this.#forget(node.id, part, earlier);
      throw error;
    }
  }

  async #pass(events: AsyncIterable<StreamEvent>): Promise<void> {
    for await (const event of events) {
      if (internalEvents.has(event.event) || this.events.writableEnded) continue;
      if (this.events.write(event)) continue;
      await once(this.events, 'drain', { signal: this.#signal }).catch(() => {});
    }
  }

  /** The node has gone: its watchers are to know at once, not when its lease is over or another is there. */
  #lose(nodeId: string, part: Part): void {
    const isCurrent = this.#parts.get(nodeId) === part;
    this.#forget(nodeId, part);
    if (isCurrent) this.#offerGap();
  }

  /** `earlier`: the part that it was to take the place of, and which goes on unless it is over too. */
  #forget(nodeId: string, part: Part, earlier?: Part): void {
    part.ending.abort();
    if (this.#parts.get(nodeId) !== part) return;
    if (earlier && !earlier.ending.signal.aborted) this.#parts.set(nodeId, earlier);
    else this.#parts.delete(nodeId);
  }

  #offerGap(): void {
    const servers = [...this.#parts.values()].filter(({ isOpen }) => isOpen).length;
    this.#offer({ event: 'gap', data: { servers } });
  }

  #offer(event: StreamEvent): void {
    if (!this.events.writableEnded) this.events.write(event);
  }
}
