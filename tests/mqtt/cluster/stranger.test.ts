/** A node that reaches the database of a cluster and none of its nodes. */
import { eventually, startInstallation } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { clusterStatus, expectPeers, socketFolder, startNode } from '../support/cluster.ts';

test('a node that no other answers does not become a member, says whom it hears nothing of, and keeps nobody from joining', async () => {
  const sockets = socketFolder();
  const first = await startInstallation({
    programs: ['mqtt'],
    env: { IOT_INTERNAL_CLUSTER_SOCKETS: sockets },
  });
  const { incarnation } = await clusterStatus(first);
  const stranger = await startInstallation({
    programs: ['mqtt'],
    database: first.databaseUrl,
    env: { IOT_INTERNAL_CLUSTER_SOCKETS: socketFolder(), IOT_INTERNAL_MQTT_BESIDE_OTHERS: 'off' },
    waitUntilReady: false,
  });
  await eventually('the reason in its log', () => stranger.logs().includes(`no answer from ${incarnation}`));
  const second = await startNode(first, sockets);
  await expectPeers(second, 1);
  await expectPeers(first, 1);
  expect(await clusterStatus(first)).toMatchObject({ incarnation, resets: 0 });
  expect(stranger.logs()).not.toContain('"msg":"serving"');
});
