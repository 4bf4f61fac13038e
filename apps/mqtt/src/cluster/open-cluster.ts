/** Makes this process a node of a cluster: a carrier by the settings, membership over the database, the bus of its engine. */
import { createHash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import type { Carrier, NodeRow } from '@iotcore/cluster';
import {
  ClusterNode,
  createClusterBus,
  type Delivery,
  frameVersions,
  NotHandedOverError,
  RetainedOrder,
  SocketCarrier,
} from '@iotcore/cluster';
import type { CreateEngine, Engine, PublishRoute } from '@iotcore/engine';
import { type ClientIds, createNativeEngine } from '@iotcore/engine/native';
import {
  type Clock,
  hasEnded,
  isElsewhere,
  type Logger,
  processPlace,
  type Settings,
  StartupError,
} from '@iotcore/process';
import { openPool } from '@iotcore/store';
import { NotAMemberError, readLastWrittenBy, readRetainedMessage } from '@iotcore/store/data-plane';
import { closingReasons } from '../hosting/closing-reasons.ts';
import type { ThrottledLog } from '../logging/throttled-log.ts';
import type { Fleet } from '../tenants/fleet-usage.ts';
import { createMemberStatements } from './member-statements.ts';
import { handOverRetainedBy, type RetainedByDroppedParts } from './retained-by-dropped.ts';

export interface ClusterParts {
  readonly settings: Settings;
  readonly databaseUrl: string;
  readonly nodeId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly throttled: ThrottledLog;
}

export interface Cluster {
  /** Makes the engine whose sessions are one fleet with those of the other nodes. */
  readonly createEngine: CreateEngine;
  /** May this node acknowledge? */
  readonly isGood: boolean;
  readonly status: ClusterNode['status'];
  /** In whose name messages are stored; of no node while this one has left its cluster. */
  readonly incarnation: string;
  /** What is used of limits that all nodes share. */
  readonly fleet: Fleet;
  /** A subscriber here is about to get a retained message. */
  retainedWasRead(registryId: string, topic: string, version: number): void;
  /**
   * Begins to join; resolves once this node is a good member. Rejects if the signal aborts. `routeRetained`: where the messages of a permanent
   * topic go, for those that another node could not hand over.
   */
  join(signal: AbortSignal, routeRetained: RouteRetained): Promise<void>;
  /** Says that this node has ended; its sessions are closed. */
  stop(): Promise<void>;
}

type RouteRetained = (registryId: string, topic: string) => Promise<PublishRoute | undefined>;

/** Renewals, a look under the lock, and statements that were given up and have not ended yet. */
const poolSize = 4;
const lookMs = 20;
/** While the database is away, in ms. */
const askAgainMs = 500;
/** Between two lines that say what a start waits for, in ms. */
const sayAgainMs = 10_000;

/**
 * How much bytecode V8 inlines into one function, in bytes; 920 by default. A message that crosses goes through more functions than
 * one that does not, and the last of them were called instead: a flood over sockets took 4 to 12 % more (docs/scale.md).
 */
const inlinedBytes = 3_200;

/** Is this process to be a node of a cluster? */
export function isClustered({ clusterSockets, natsServers }: Settings): boolean {
  return clusterSockets !== undefined || natsServers !== undefined;
}

/** Sockets end at the machine. Of a node that does not say where it runs, as those of old versions, the best is assumed. */
export function canReach(
  { natsServers }: Settings,
  { place }: { readonly place: string | undefined },
): boolean {
  return natsServers !== undefined || place === undefined || !isElsewhere(place);
}

/** Was something not handed over, or not stored, since other nodes did not answer, or have gone on without this one? */
export function isCutOff(error: unknown): boolean {
  return error instanceof NotHandedOverError || error instanceof NotAMemberError;
}

export async function openCluster(parts: ClusterParts): Promise<Cluster> {
  const { settings, clock, logger, throttled } = parts;
  if (settings.mqttEngine !== 'native')
    throw new StartupError('IOT_MQTT_ENGINE: only the native engine can be one of several');
  setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${inlinedBytes}`);
  const pool = openPool(parts.databaseUrl, { logger, poolSize, applicationName: 'iotcore mqtt cluster' });
  const delivery: Delivery = { deliver: () => {} };
  let engine: Engine<unknown> | undefined;
  let routeRetained: RouteRetained = async () => undefined;
  const failed = (what: string, error: unknown) =>
    throttled.say(what, (heldBack) => logger.warn({ err: error, heldBack }, what));
  const order = new RetainedOrder({
    clock,
    read: (registryId, topic) => readRetainedMessage(pool, registryId, topic),
  });
  const retainedByDropped: RetainedByDroppedParts = {
    read: (writer, after) => readLastWrittenBy(pool, writer, after),
    order,
    route: (registryId, topic) => routeRetained(registryId, topic),
    deliver: ({ destinations }, { registryId, topic, version, payload }) =>
      delivery.deliver(destinations, {
        ...{ end: '', qos: 1 },
        ...{ bytes: payload, payloadStart: 0, payloadEnd: payload.length },
        retainedAs: { namespace: registryId, topic, version },
      }),
    failed: (error) => failed('what a node had stored could not be handed over', error),
    pause: () => clock.sleep(askAgainMs),
  };
  const node = new ClusterNode({
    clock,
    carrier: await openCarrier(settings, logger),
    statements: createMemberStatements({ pool, nodeId: parts.nodeId, place: processPlace(), hasEnded }),
    graceMs: settings.clusterGraceSeconds * 1_000,
    linkBytes: settings.clusterLinkBytes,
    versions: { ...frameVersions, newest: settings.clusterNewestFrame ?? frameVersions.newest },
    deliver: (destinations, message) => delivery.deliver(destinations, message),
    closeSessions: async (reason) => {
      logger.warn({ reason }, 'all sessions are closed: others may have gone on without this node');
      engine?.disconnect(() => true, closingReasons.leftCluster);
      while ((engine?.stats().sessions ?? 0) > 0) await clock.sleep(lookMs);
    },
    failed,
    changed: (event) => {
      const { kind, ...facts } = event;
      logger.info(facts, `cluster: ${kind}`);
      if (event.kind !== 'dropped') return;
      // An incarnation that is over has closed its sessions.
      const isNeeded = () => node.incarnation === event.incarnation;
      void handOverRetainedBy(retainedByDropped, event.peer, isNeeded);
    },
  });

  return {
    createEngine: (host, limits, options) => {
      const created = createNativeEngine(host, limits, {
        ...options,
        createBus: createClusterBus({ node, delivery, order }),
        clientIds: clientIdsOf(node),
      });
      engine = created as Engine<unknown>;
      return created;
    },
    get isGood() {
      return node.isGood;
    },
    get status() {
      return node.status;
    },
    get incarnation() {
      return node.incarnation ?? 'none';
    },
    fleet: node,
    retainedWasRead: (registryId, topic, version) => order.read(registryId, topic, version),
    async join(signal, route) {
      routeRetained = route;
      void node.start();
      let saidMs = clock.nowMs();
      while (!node.isGood) {
        signal.throwIfAborted();
        await clock.sleep(lookMs);
        if (clock.nowMs() - saidMs < sayAgainMs) continue;
        saidMs = clock.nowMs();
        logger.info(
          { others: node.status.rows.filter(isLiving).length },
          'waiting to become a member of the cluster',
        );
      }
    },
    async stop() {
      await node.stop();
      await pool.end();
    },
  };
}

function isLiving({ state }: NodeRow): boolean {
  return state === 'joining' || state === 'member';
}

async function openCarrier(settings: Settings, logger: Logger): Promise<Carrier> {
  if (settings.natsServers === undefined) return new SocketCarrier(settings.clusterSockets as string);
  // Its library is loaded only where it is used.
  const { openNatsCarrier } = await import('./open-nats-carrier.ts');
  return openNatsCarrier(settings, settings.natsServers, logger);
}

/** A client ID of a scope among all nodes. Cut short it is still too long for anybody to find another with the same. */
function clientIdsOf(node: ClusterNode): ClientIds {
  return {
    claim(scope, clientId, taken) {
      const key = createHash('sha256').update(scope).update('\0').update(clientId).digest('hex').slice(0, 32);
      const { promise: known, resolve, reject } = Promise.withResolvers<void>();
      const claim = node.claim(key, taken, (error) => (error ? reject(error) : resolve()));
      return { known, release: () => claim.release() };
    },
  };
}
