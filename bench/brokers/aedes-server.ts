/** A plain aedes as a process: `aedes-server.ts PORT TLS_PORT CERT_FILE KEY_FILE`. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Aedes } from 'aedes';
import { broadcastTopic, password, registryId } from '../fleet.ts';

const [port, tlsPort, certFile, keyFile] = process.argv.slice(2) as [string, string, string, string];
const users = new Map<string, string>();

const aedes = await Aedes.createBroker({
  concurrency: 1_000,
  authenticate: (client, username, given, done) => {
    users.set(client.id, username ?? '');
    done(null, given?.toString() === password);
  },
  authorizePublish: (client, packet, done) => {
    const user = client ? users.get(client.id) : undefined;
    const allowed =
      user === registryId
        ? packet.topic === broadcastTopic
        : packet.topic.startsWith(`$devices/${user}/events`);
    done(allowed ? null : new Error('not allowed'));
  },
  authorizeSubscribe: (client, subscription, done) => {
    const user = users.get(client.id);
    const allowed =
      user === registryId
        ? subscription.topic.startsWith('$devices/')
        : subscription.topic === broadcastTopic || subscription.topic === `$devices/${user}/commands`;
    done(null, allowed ? subscription : null);
  },
});

const options = { cert: readFileSync(certFile), key: readFileSync(keyFile), noDelay: true };
createServer({ noDelay: true }, aedes.handle).listen(Number(port), '0.0.0.0');
createTlsServer(options, aedes.handle).listen(Number(tlsPort), '0.0.0.0');
process.on('SIGTERM', () => process.exit(0));
