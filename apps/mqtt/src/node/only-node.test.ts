import { expect, test } from 'vitest';
import { requireNoStrangers } from './only-node.ts';

const { signal } = new AbortController();
const other = { id: 'b', url: 'http://other', inCluster: false, place: undefined, seen: '1' };

/** The list as it is read, one time after the other; the last stays. */
function strangers(...lists: (typeof other | (Omit<typeof other, 'place'> & { place: string }))[][]) {
  const removed: string[] = [];
  const waited: string[] = [];
  return {
    removed,
    waited,
    parts: {
      inCluster: false,
      canReach: ({ place }: { place: string | undefined }) => place !== 'elsewhere',
      list: async () => (lists.length > 1 ? lists.shift() : lists[0]) ?? [],
      hasEnded: (place: string) => place === 'dead',
      remove: async (ids: readonly string[]) => void removed.push(...ids),
      waiting: (urls: readonly string[]) => void waited.push(...urls),
    },
  };
}

test('a node that is alone starts at once', async () => {
  const { parts, waited } = strangers([]);
  await requireNoStrangers(parts, signal);
  expect(waited).toEqual([]);
});

test('a node beside another that lives refuses to start, and says what to do', async () => {
  const { parts, waited } = strangers([other], [{ ...other, seen: '2' }]);
  await expect(requireNoStrangers(parts, signal)).rejects.toThrow(/http:\/\/other.*docs\/cluster\.md/);
  expect(waited).toEqual(['http://other']);
});

test('a node that is alone refuses to start beside one of a cluster, and says what both have to be told', async () => {
  const member = { ...other, inCluster: true };
  const { parts } = strangers([member], [{ ...member, seen: '2' }]);
  await expect(requireNoStrangers(parts, signal)).rejects.toThrow(/set the same IOT_NATS_SERVERS for both/);
});

test('a node of a cluster refuses to start beside one of a cluster that it cannot reach, once that is known to live', async () => {
  const far = { ...other, inCluster: true, place: 'elsewhere' };
  const living = strangers([far], [{ ...far, seen: '2' }]);
  await expect(requireNoStrangers({ ...living.parts, inCluster: true }, signal)).rejects.toThrow(
    /another MQTT server, on another machine or in another container, .*set the same IOT_NATS_SERVERS for both/,
  );
  const gone = strangers([far], []);
  await requireNoStrangers({ ...gone.parts, inCluster: true }, signal);
  expect(gone.waited).toEqual(['http://other']);
});

test('a node of a cluster refuses to start beside one that is none, and starts beside its like', async () => {
  const lone = strangers([other], [{ ...other, seen: '2' }]);
  await expect(requireNoStrangers({ ...lone.parts, inCluster: true }, signal)).rejects.toThrow(
    /not part of a cluster.*stop it first$/,
  );
  const like = strangers([{ ...other, inCluster: true }]);
  await requireNoStrangers({ ...like.parts, inCluster: true }, signal);
  expect(like.waited).toEqual([]);
});

test('one whose process has ended is taken off the list', async () => {
  const { parts, removed } = strangers([{ ...other, place: 'dead' }]);
  await requireNoStrangers(parts, signal);
  expect(removed).toEqual(['b']);
});

test('one that says nothing more is waited for until its lease has passed', async () => {
  const { parts } = strangers([other], [other], []);
  await requireNoStrangers(parts, signal);
});
