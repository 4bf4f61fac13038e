import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort } from '@iotcore/process';
import { broadcastTopic, deviceId, maxDevices, password, registryId } from '../fleet.ts';
import { output, startListening } from '../process.ts';
import type { Broker } from './broker.ts';

/** Debian's package, with a password file and an ACL that give the same rights as ours. */
export const mosquitto: Broker = {
  id: 'mosquitto',
  title: 'Mosquitto',
  share: 1,
  version: async () => {
    const text = await output('sh', ['-c', 'mosquitto -h || true']);
    return /mosquitto version (\S+)/.exec(text)?.[1] ?? 'unknown';
  },
  async start({ folder, certFile, keyFile }) {
    const [port, tlsPort] = [await findFreePort(), await findFreePort()];
    const file = (name: string) => join(folder, `mosquitto.${name}`);
    await writePasswords(file('passwords'));
    await writeFile(file('acl'), acl);
    // No bound that would lose messages, and Nagle's algorithm off, as in every other server here.
    await writeFile(
      file('conf'),
      `per_listener_settings false
user root
allow_anonymous false
password_file ${file('passwords')}
acl_file ${file('acl')}
max_inflight_messages 0
max_queued_messages 0
set_tcp_nodelay true
log_type error
listener ${port} 127.0.0.1
listener ${tlsPort} 127.0.0.1
certfile ${certFile}
keyfile ${keyFile}
`,
    );
    const child = await startListening('mosquitto', ['-c', file('conf')], [port, tlsPort]);
    return { ...child, port, tlsPort };
  },
};

const acl = `user ${registryId}
topic read $devices/+/events/#
topic write ${broadcastTopic}

pattern write $devices/%u/events/#
pattern read $devices/%u/commands
pattern read ${broadcastTopic}
`;

async function writePasswords(path: string): Promise<void> {
  const users = [registryId, ...Array.from({ length: maxDevices }, (_, n) => deviceId(n))];
  await writeFile(path, `${users.map((user) => `${user}:${password}`).join('\n')}\n`);
  await chmod(path, 0o600);
  await output('mosquitto_passwd', ['-U', path]);
}
