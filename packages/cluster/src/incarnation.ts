/** One life of a node, and all that ends with it. Its links are its view: it waits for every node that it has a link with. */
import type { Carrier } from './carriers/carrier.ts';
import type { Claims } from './claims/claims.ts';
import type { NodeClock } from './clock.ts';
import type { ClusterEvent } from './cluster-event.ts';
import {
  commonVersion,
  decodeFrame,
  encodeFrame,
  encodeVersions,
  type Frame,
  type FrameKind,
  type FrameVersions,
  greetingVersion,
  usageVersion,
} from './frames/frame.ts';
import type { ClusterRecord, FrameRecords } from './frames/records.ts';
import { InterestTable } from './interest/interest-table.ts';
import { Link } from './links/link.ts';
import type { PlacedMessage, RemoteMessage, RemoteRoute, RouteDestinations } from './links/remote.ts';
import { IncomingRoutes, messageOf, OutgoingRoutes } from './links/routes.ts';
import { Membership, type Peer } from './members/membership.ts';
import { decodeRows, encodeRows, isAlive, type NodeRow } from './members/node-row.ts';
import type { Rules } from './members/rules.ts';
import type { MemberStatements } from './members/statements.ts';

export interface IncarnationParts {
  readonly id: string;
  readonly clock: NodeClock;
  readonly carrier: Carrier;
  readonly statements: MemberStatements;
  readonly rules: Rules;
  readonly claims: Claims;
  readonly graceMs: number;
  readonly linkBytes: number;
  readonly versions: FrameVersions;
  /** What this node wants now. */
  hashes(): readonly number[];
  deliver(destinations: RouteDestinations, message: RemoteMessage): void | Promise<void>;
  proved(): void;
  over(reason: string): void;
  failed(what: string, error: unknown): void;
  changed(event: ClusterEvent): void;
}

/** As many nodes as a number has bits. */
const maxPeers = 31;
/** Versions that are remembered of others: of all that can be peers, and of as many that ask to be. */
const maxVersions = 2 * maxPeers;
/** Beyond so many times the bytes of a link nothing is taken for it, not even what may not be lost. */
const mostOverfilled = 4;
/** Hashes of one record, so that a frame is not much longer than it should be. */
const hashesPerRecord = 65_536;

class LinkedPeer implements Peer {
  readonly incarnation: string;
  readonly link: Link;
  /** Its place among the bits of the table of interests. */
  readonly bit: number;
  readonly outgoing = new OutgoingRoutes();
  readonly incoming = new IncomingRoutes();
  /** The last round of its joining that was agreed to. */
  agreedRound = 0;
  /** Of limits that are shared, as it last said. */
  used: ReadonlyMap<string, number> = new Map();

  constructor(link: Link, bit: number) {
    this.incarnation = link.peer;
    this.link = link;
    this.bit = bit;
  }

  get evidence() {
    return this.link.evidence;
  }
}

export class Incarnation {
  readonly id: string;
  readonly membership: Membership;
  readonly table = new InterestTable();
  readonly #parts: IncarnationParts;
  readonly #peers = new Map<string, LinkedPeer>();
  /** The same by their bit. */
  readonly #byBit = new Map<number, LinkedPeer>();
  /** The version that this node and another speak with each other, once they have pinged. */
  readonly #versions = new Map<string, number>();
  /** Of limits that are shared, by all peers together. */
  #usedByOthers: ReadonlyMap<string, number> = new Map();
  /** Those to which more was on its way than may be when something was sent to them last: mostly none. */
  readonly #crowded = new Set<LinkedPeer>();
  #everybody = 0;
  #isClosed = false;
  #resent = 0;
  /** Frames that were sent on links. While it stays as it is, all that is appended goes out in the frames that are open now. */
  framesSent = 0;

  constructor(parts: IncarnationParts) {
    this.id = parts.id;
    this.#parts = parts;
    const { clock, statements, rules, graceMs } = parts;
    this.membership = new Membership({
      ...{ clock, statements, rules, graceMs },
      incarnation: parts.id,
      peers: () => this.#peers.values(),
      hasPeer: (incarnation) => this.#peers.has(incarnation),
      drop: (incarnation) => this.#drop(incarnation),
      ping: (to, number) => this.#send('ping', to, number, encodeVersions(parts.versions)),
      greet: (to, round, rows) => {
        if (this.#open(to)) this.#send('hello', to, round, encodeRows(rows));
      },
      over: (reason) => parts.over(reason),
      joined: () => parts.changed({ kind: 'member', incarnation: parts.id }),
      proved: () => parts.proved(),
      failed: parts.failed,
    });
  }

  /** The bits of all in view. */
  get everybody(): number {
    return this.#everybody;
  }

  get resent(): number {
    let resent = this.#resent;
    for (const { link } of this.#peers.values()) resent += link.resent;
    return resent;
  }

  /** Nodes with which there is a link. */
  get peers(): number {
    return this.#peers.size;
  }

  get usedByOthers(): ReadonlyMap<string, number> {
    return this.#usedByOthers;
  }

  /** Tells all nodes that understand it this node's usage of shared limits. */
  tellUsage(used: ReadonlyMap<string, number>): void {
    for (const { link } of this.#peers.values())
      if (link.version >= usageVersion) link.append({ type: 'usage', used });
  }

  /** The nodes that want the messages of a route. */
  wanting(route: RemoteRoute): number {
    return this.#everybody === 0 ? 0 : route.wanting(this.table) & this.#everybody;
  }

  /** False: the message was sent to no node, since one of them has too much unacknowledged. */
  send(peers: number, route: RemoteRoute, end: string, message: PlacedMessage): boolean {
    const most = this.#parts.linkBytes * (message.qos === 0 ? 1 : mostOverfilled);
    const only = this.#byBit.get(peers);
    if (only) {
      if (only.link.unacknowledgedBytes >= most) return false;
      only.outgoing.append(only.link, route, end, message);
      return true;
    }
    const chosen = this.#chosen(peers);
    for (const { link } of chosen) if (link.unacknowledgedBytes >= most) return false;
    for (const { link, outgoing } of chosen) outgoing.append(link, route, end, message);
    return true;
  }

  get isCrowded(): boolean {
    if (this.#crowded.size === 0) return false;
    for (const peer of this.#crowded) {
      if (this.#isCrowdedTo(peer)) return true;
      this.#crowded.delete(peer);
    }
    return false;
  }

  #isCrowdedTo({ link }: LinkedPeer): boolean {
    return link.unacknowledgedBytes >= this.#parts.linkBytes;
  }

  broadcast(record: ClusterRecord): void {
    for (const { link } of this.#peers.values()) link.append(record);
  }

  /** Calls back once each of these has acknowledged all that it was sent, or is not waited for any more. */
  whenAcknowledged(peers: number, acknowledged: () => void): void {
    const only = this.#byBit.get(peers);
    if (only) {
      only.link.whenAcknowledged(acknowledged);
      return;
    }
    const chosen = this.#chosen(peers);
    let pending = chosen.length;
    if (pending === 0) acknowledged();
    for (const { link } of chosen)
      link.whenAcknowledged(() => {
        if (--pending === 0) acknowledged();
      });
  }

  tick(): void {
    if (this.#isClosed) return;
    for (const { link } of [...this.#peers.values()]) link.tick();
    this.membership.tick();
  }

  /** Whatever a carrier brings. */
  received(bytes: Buffer): void {
    if (this.#isClosed) return;
    const frame = decodeFrame(bytes);
    if (frame === undefined || !this.#parts.rules.isForMe(frame.to, this.id)) return;
    if (this.#refuses(frame)) return;
    switch (frame.kind) {
      case 'ping':
        if (this.#agreeOnVersion(frame))
          this.#send('pong', frame.from, frame.number, encodeVersions(this.#parts.versions));
        break;
      case 'pong':
        if (this.#agreeOnVersion(frame)) this.membership.ponged(frame.from, frame.number);
        break;
      case 'hello':
        this.#greeted(frame);
        break;
      case 'condemned':
        if (this.membership.known.get(frame.from)) this.#parts.over('the others went on without it');
        break;
      case 'stream':
        this.#streamed(frame);
        break;
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.membership.stop();
    for (const { link } of this.#peers.values()) link.close();
  }

  peerStatus() {
    return [...this.#peers.values()].map(({ incarnation, link }) => ({
      incarnation,
      version: link.version,
      unacknowledgedFrames: link.unacknowledgedFrames,
      unacknowledgedBytes: link.unacknowledgedBytes,
      confirmedAgoMs: this.#parts.clock.nowMs() - link.evidence.confirmedMs,
      resent: link.resent,
    }));
  }

  interestOf(peer: string): ReadonlySet<number> {
    const known = this.#peers.get(peer);
    return new Set(known && this.table.of(known.bit));
  }

  /** Ignores the frames of a condemned incarnation, and tells it that it is condemned. */
  #refuses({ from, kind }: Frame): boolean {
    const known = this.membership.known.get(from);
    if (!known || isAlive(known.row)) return false;
    if (kind !== 'condemned') this.#send('condemned', from, 0);
    return true;
  }

  /** False: the two have no version in common, and cannot be members of one cluster. */
  #agreeOnVersion({ from, body }: Frame): boolean {
    const version = commonVersion(this.#parts.versions, body);
    if (version === undefined) {
      const [oldest, newest] = body;
      const error = new Error(`${from} speaks versions ${oldest} to ${newest} of frames`);
      this.#parts.failed('another node has no version in common with this one', error);
      return false;
    }
    this.#rememberVersion(from, version);
    return true;
  }

  /** A sender may ping under a new name each time: the oldest names are forgotten, except those of peers. */
  #rememberVersion(incarnation: string, version: number): void {
    this.#versions.delete(incarnation);
    this.#versions.set(incarnation, version);
    if (this.#versions.size <= maxVersions) return;
    for (const one of this.#versions.keys()) {
      if (this.#peers.has(one)) continue;
      this.#versions.delete(one);
      return;
    }
  }

  /** A joiner asks for a link. This node agrees only if the joiner knows its whole view. */
  #greeted({ from, number: round, body }: Frame): void {
    const rows = decodeRows(body);
    if (rows === undefined) return;
    this.membership.heardRows(rows);
    if (this.#isClosed) return;
    const known = this.membership.known.get(from);
    if (!known) return;
    if (!isAlive(known.row)) {
      this.#send('condemned', from, 0);
      return;
    }
    const list = new Set(rows.filter(isAlive).map(({ incarnation }) => incarnation));
    for (const incarnation of this.#peers.keys()) if (!list.has(incarnation)) return;
    const peer = this.#open(from);
    if (!peer || peer.agreedRound >= round) return;
    peer.agreedRound = round;
    peer.link.append({ type: 'agreed', round, counter: this.#parts.claims.counter });
  }

  #streamed(frame: Frame): void {
    const peer = this.#peers.get(frame.from);
    if (!peer || frame.version !== this.#versionWith(frame.from)) return;
    this.membership.heardFrom(frame.from);
    peer.link.receive(frame);
  }

  /** The link with a node; a new one begins with all that is wanted here. Undefined: there are too many. */
  #open(incarnation: string): LinkedPeer | undefined {
    const known = this.#peers.get(incarnation);
    if (known) return known;
    const bit = this.#freeBit();
    if (bit === undefined || this.#isClosed) return undefined;
    const { clock, carrier, changed } = this.#parts;
    const link = new Link({
      clock,
      own: this.id,
      peer: incarnation,
      version: this.#versionWith(incarnation),
      send: (frame) => {
        this.framesSent++;
        carrier.send(incarnation, frame);
      },
      deliver: (records) => this.#take(peer, records),
      appended: () => {
        if (this.#isCrowdedTo(peer)) this.#crowded.add(peer);
      },
      progressed: () => this.#parts.proved(),
    });
    const peer = new LinkedPeer(link, bit);
    this.#peers.set(incarnation, peer);
    this.#byBit.set(bit, peer);
    this.#everybody |= bit;
    const hashes = this.#parts.hashes();
    for (let start = 0; start < hashes.length; start += hashesPerRecord)
      link.append({ type: 'gained', hashes: hashes.slice(start, start + hashesPerRecord) });
    changed({ kind: 'linked', incarnation: this.id, peer: incarnation });
    return peer;
  }

  #drop(incarnation: string): void {
    const peer = this.#peers.get(incarnation);
    if (!peer) return;
    this.#peers.delete(incarnation);
    this.#byBit.delete(peer.bit);
    this.#crowded.delete(peer);
    this.#everybody &= ~peer.bit;
    this.table.removeAll(peer.bit);
    if (peer.used.size > 0) this.#sumUsage();
    this.#resent += peer.link.resent;
    this.#parts.changed({ kind: 'dropped', incarnation: this.id, peer: incarnation });
    peer.link.close();
    this.#parts.proved();
  }

  /** The records of a frame that have not had their turn, each when the one before has taken effect. */
  #take(peer: LinkedPeer, records: FrameRecords): void | Promise<void> {
    for (let record = records.next(); record !== undefined; record = records.next()) {
      if (this.#isClosed) return;
      const pending = this.#takeOne(peer, record);
      if (pending !== undefined) return this.#takeAfter(pending, peer, records);
    }
  }

  /** Apart from `#take`: what its closure captures would be an object more for each frame. */
  #takeAfter(pending: Promise<void>, peer: LinkedPeer, records: FrameRecords): Promise<void> {
    return pending.then(() => this.#take(peer, records));
  }

  #takeOne(peer: LinkedPeer, record: ClusterRecord): void | Promise<void> {
    switch (record.type) {
      case 'stored':
      case 'message': {
        const destinations = peer.incoming.find(record.route);
        return destinations && this.#parts.deliver(destinations, messageOf(record));
      }
      case 'route':
        peer.incoming.add(record.route, record.destinations);
        break;
      case 'forgetRoutes':
        peer.incoming.clear();
        break;
      case 'gained':
        for (const hash of record.hashes) this.table.add(hash, peer.bit);
        break;
      case 'lost':
        for (const hash of record.hashes) this.table.remove(hash, peer.bit);
        break;
      case 'claim':
        this.#parts.claims.heard(record.key, record.counter, this.#isLater(peer.incarnation));
        break;
      case 'agreed':
        this.#parts.claims.hear(record.counter);
        this.membership.agreed(peer.incarnation, record.round);
        break;
      case 'usage':
        peer.used = record.used;
        this.#sumUsage();
        break;
    }
  }

  #sumUsage(): void {
    const sum = new Map<string, number>();
    for (const { used } of this.#peers.values())
      for (const [key, amount] of used) sum.set(key, (sum.get(key) ?? 0) + amount);
    this.#usedByOthers = sum;
  }

  #isLater(incarnation: string): boolean {
    const other: NodeRow | undefined = this.membership.known.get(incarnation)?.row;
    return (other?.number ?? 0) > (this.membership.own?.number ?? 0);
  }

  #chosen(bits: number): LinkedPeer[] {
    if (bits === 0) return [];
    const chosen: LinkedPeer[] = [];
    for (const [bit, peer] of this.#byBit) if ((bits & bit) !== 0) chosen.push(peer);
    return chosen;
  }

  /** An incarnation that was never pinged is taken to speak the oldest version. */
  #versionWith(incarnation: string): number {
    return this.#versions.get(incarnation) ?? this.#parts.versions.oldest;
  }

  #freeBit(): number | undefined {
    for (let index = 0; index < maxPeers; index++) if (!this.#byBit.has(1 << index)) return 1 << index;
    return undefined;
  }

  #send(kind: FrameKind, to: string, number: number, body?: Buffer): void {
    const head = { version: greetingVersion, kind, from: this.id, to, number, acknowledged: 0 };
    this.#parts.carrier.send(to, encodeFrame(head, body));
  }
}
