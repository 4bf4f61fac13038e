/**
 * aedes, made to do just what this server needs of it: it parses what the client sends, answers it, keeps what a
 * connection has subscribed, and writes messages. Who may do what is asked of the host by its hooks; where messages go
 * is the bus's. Every setting is chosen here; aedes' defaults are meant for a server that stands alone.
 */
import { Aedes, type AedesOptions, type Client } from 'aedes';
import type { Publication } from '../publisher.ts';
import { Session } from '../session.ts';
import type { Subscription } from '../subscriptions.ts';
import { Conduit } from './conduit.ts';
import { createMq } from './mq.ts';
import { createPersistence } from './persistence.ts';
import type { Tokens } from './tokens.ts';

/** The levels that aedes takes at most: it clamps `maxTopicLevels` to this, for the matcher that it brings along. */
export const aedesTopicLevels = 100;

const oneDayMs = 86_400_000;

export interface Broker {
  readonly aedes: Aedes;
  /** Resolves when aedes takes connections. */
  readonly listening: Promise<void>;
}

/** The tokens are what stands for a subscription or a publication inside aedes. */
export function createBroker<P>(
  subscriptions: Tokens<Subscription<Session<P>>>,
  publications: Tokens<Publication>,
): Broker {
  const aedes = new Aedes({
    mq: createMq(subscriptions, publications),
    persistence: createPersistence(subscriptions),
    ...createHooks<P>(),
    maxTopicLevels: aedesTopicLevels,
    // Packets that aedes may hold before CONNECT is answered: its stream gives it none, one packet at a time.
    queueLimit: 0,
    // Concerns the mq that aedes brings along, and how many listeners its stream may have: two a message under way.
    concurrency: 100,
    // A stream that takes everything is never waited for; what is written to one that just closed is let go of.
    drainTimeout: 1000,
    // aedes gets CONNECT at once, from a session that has been accepted: the time of clients is kept in connection.ts.
    connectTimeout: 10_000,
    // Likewise, the keep alive that aedes is told is 0: its own timer would count the time that a packet waits for the host.
    keepaliveLimit: 0,
    // For MQTT 3.1, which is not served.
    maxClientsIdLength: 23,
    // Of QoS 2, which is not served.
    maxInflightInbound: 1,
    // Tells other aedes servers that this one lives; there are none. Four times this must fit a timer (24.8 days).
    heartbeatInterval: oneDayMs,
  });
  aedes.on('clientReady', (client) => sessionOf<P>(client)?.opened());
  aedes.on('subscribe', (_subscriptions, client) => sessionOf<P>(client)?.subscribed());
  return { aedes, listening: aedes.listen() };
}

/** The stream is how a client of aedes and its session know each other. */
function sessionOf<P>(client: Client | null): Session<P> | undefined {
  const owner = client?.conn instanceof Conduit ? client.conn.owner : undefined;
  return owner instanceof Session ? owner : undefined;
}

type Hooks = Pick<
  AedesOptions,
  'preConnect' | 'authenticate' | 'authorizePublish' | 'authorizeSubscribe' | 'authorizeForward'
>;

function createHooks<P>(): Hooks {
  return {
    /** Says who connects, in the words of the session: its packet is a blank. */
    preConnect(client, packet, done) {
      const session = sessionOf<P>(client);
      if (!session) return done(null, false);
      packet.clientId = session.key;
      if (session.will) packet.will = session.will;
      done(null, true);
    },

    /** A session exists only once the host has accepted it. */
    authenticate(client, _username, _password, done) {
      done(null, sessionOf<P>(client) !== undefined);
    },

    authorizePublish(client, packet, done) {
      const session = sessionOf<P>(client);
      if (!session) return done(new Error('no session'));
      const isWill = isWillOf(session, packet);
      const allowed = isWill ? session.allowWill(packet.topic) : session.allowMessage(packet.topic);
      void allowed.then((token) => {
        if (token === undefined) return done(new Error('not allowed'));
        packet.topic = token;
        packet.retain = false;
        done();
      });
    },

    authorizeSubscribe(client, subscription, done) {
      const session = sessionOf<P>(client);
      if (!session) return done(null, null);
      void session
        .authorizeSubscribe(subscription.topic)
        .then((isGranted) => done(null, isGranted ? subscription : null));
    },

    authorizeForward(client, packet) {
      return sessionOf<P>(client)?.forwards(packet) ? packet : null;
    },
  };
}

/** A will comes back as the object that it was given as. */
function isWillOf<P>(session: Session<P>, packet: object): boolean {
  return packet === session.will;
}
