import { expect, test } from 'vitest';
import type { NodeClock } from '../clock.ts';
import { decodeFrame } from '../frames/frame.ts';
import type { ClusterRecord } from '../frames/records.ts';
import { Link } from './link.ts';

/** Two ends of a link, and the frames between them: a test decides which of these arrive. */
function twoEnds() {
  let nowMs = 0;
  const works: (() => void)[] = [];
  const clock: NodeClock = {
    nowMs: () => nowMs,
    after: () => () => {},
    soon: (work) => works.push(work),
  };
  const onTheWay: { to: Link; bytes: Buffer }[] = [];
  const heard: number[] = [];
  /** What the handing over of a frame waits for. */
  const control: { pending: Promise<void> | undefined } = { pending: undefined };
  const make = (own: string, peer: string, other: () => Link): Link =>
    new Link({
      clock,
      own: own.repeat(32),
      peer: peer.repeat(32),
      version: 1,
      send: (frame) => onTheWay.push({ to: other(), bytes: Buffer.from(frame) }),
      deliver: (records) => {
        heard.push(...Array.from(records, hashOf));
        return control.pending;
      },
      appended: () => {},
      progressed: () => {},
    });
  const left: Link = make('a', 'b', () => right);
  const right: Link = make('b', 'a', () => left);
  const endTick = () => {
    for (const work of works.splice(0)) work();
  };
  return {
    ...{ left, right, heard, control, onTheWay, endTick },
    pass(ms: number) {
      nowMs += ms;
      left.tick();
      right.tick();
      endTick();
    },
    /** Delivers the frames and the responses to them, except those that are lost. */
    bring(isLost: (number: number) => boolean = () => false) {
      while (onTheWay.length > 0) {
        for (const { to, bytes } of onTheWay.splice(0)) {
          const frame = decodeFrame(bytes);
          if (frame && !isLost(frame.number)) to.receive(frame);
        }
        endTick();
      }
    },
  };
}

const gained = (hash: number): ClusterRecord => ({ type: 'gained', hashes: [hash] });
const hashOf = (record: ClusterRecord) => (record.type === 'gained' ? (record.hashes[0] ?? -1) : -1);

test('what is appended in one tick is one frame, and is heard in its order', () => {
  const { left, heard, onTheWay, endTick, bring } = twoEnds();
  for (const hash of [1, 2, 3]) left.append(gained(hash));
  endTick();
  expect(onTheWay).toHaveLength(1);
  let acknowledged = false;
  left.whenAcknowledged(() => {
    acknowledged = true;
  });
  expect(acknowledged).toBe(false);
  bring();
  expect([heard, acknowledged, left.unacknowledgedFrames]).toEqual([[1, 2, 3], true, 0]);
});

test('what is lost is sent again, what came before it is kept, and nothing is heard twice', () => {
  const { left, heard, endTick, bring, pass } = twoEnds();
  for (const hash of [1, 2, 3]) {
    left.append(gained(hash));
    endTick();
  }
  bring((number) => number === 1);
  expect(heard).toEqual([]);
  pass(300);
  bring();
  expect(heard).toEqual([1, 2, 3]);
  expect(left.resent).toBe(3);
  pass(300);
  bring();
  expect(heard).toEqual([1, 2, 3]);
});

test('what is sent again is the same to the last byte: a carrier may still be writing it', () => {
  const { left, right, onTheWay, endTick, bring, pass } = twoEnds();
  left.append(gained(1));
  endTick();
  const first = onTheWay.find(({ to }) => to === right)?.bytes;
  onTheWay.length = 0;
  right.append(gained(2));
  endTick();
  bring();
  pass(300);
  expect(onTheWay.map(({ bytes }) => bytes)).toContainEqual(first);
});

test('a lost acknowledgement is given again', () => {
  const { left, heard, endTick, bring, pass } = twoEnds();
  left.append(gained(1));
  endTick();
  bring((number) => number === 0);
  expect([heard, left.unacknowledgedFrames]).toEqual([[1], 1]);
  pass(300);
  bring();
  expect([heard, left.unacknowledgedFrames]).toEqual([[1], 0]);
});

test('a link with nothing to say confirms itself twice a second, from when its frame began to be sent', () => {
  const { left, onTheWay, pass, bring } = twoEnds();
  expect(left.evidence.confirmedMs).toBe(Number.NEGATIVE_INFINITY);
  pass(500);
  expect(onTheWay.map(({ bytes }) => decodeFrame(bytes)?.body.length)).toEqual([0, 0]);
  pass(100);
  bring();
  expect(left.evidence).toMatchObject({ confirmedMs: 500, acknowledgedMs: 600, openedMs: 0 });
});

test('a link that ends lets go whoever waits, and says and hears nothing more', () => {
  const { left, right, heard, endTick, onTheWay, bring, pass } = twoEnds();
  left.append(gained(1));
  let acknowledged = 0;
  left.whenAcknowledged(() => acknowledged++);
  left.close();
  left.close();
  left.append(gained(2));
  endTick();
  right.append(gained(3));
  endTick();
  bring();
  pass(1_000);
  expect([acknowledged, heard, onTheWay.length > 0]).toEqual([1, [], true]);
});

test('what is unacknowledged is counted, until it is', () => {
  const { left, endTick, bring } = twoEnds();
  left.append({ type: 'gained', hashes: Array.from({ length: 300 }, (_, hash) => hash) });
  expect(left.unacknowledgedBytes).toBeGreaterThan(1_200);
  endTick();
  bring();
  expect([left.unacknowledgedFrames, left.unacknowledgedBytes]).toEqual([0, 0]);
});

test('a frame is acknowledged once it has taken effect, and the next waits for it', async () => {
  const { left, heard, control, endTick, bring, pass } = twoEnds();
  const { promise, resolve } = Promise.withResolvers<void>();
  control.pending = promise;
  for (const hash of [1, 2]) {
    left.append(gained(hash));
    endTick();
  }
  bring();
  pass(300);
  bring();
  expect([heard, left.unacknowledgedFrames]).toEqual([[1], 2]);
  control.pending = undefined;
  resolve();
  await promise;
  await Promise.resolve();
  pass(300);
  bring();
  expect([heard, left.unacknowledgedFrames]).toEqual([[1, 2], 0]);
});
