/**
 * The frame: what a carrier moves. The head is the same in every version, so that nodes of two versions understand at
 * least which node sent it, and which versions that node knows.
 *
 * | bytes | what |
 * | --- | --- |
 * | 0 | version |
 * | 1 | kind |
 * | 2–17, 18–33 | incarnation of the sender, of the receiver |
 * | 34–39 | number in the stream from 1; 0: not part of it |
 * | 40–45 | the last number of the other stream up to which all has been handed over |
 * | 46– | body |
 */
const frameKinds = ['stream', 'ping', 'pong', 'hello', 'condemned'] as const;
/**
 * - `stream`: records, or nothing but an acknowledgement.
 * - `ping`, `pong`: can we hear each other? Both say in their body which versions they know: oldest and newest, a byte each.
 * - `hello`: a joiner asks for a link; its body is the list that it has read.
 * - `condemned`: the receiver is not a member any more.
 */
export type FrameKind = (typeof frameKinds)[number];

/** What differs from frame to frame of one stream. */
export interface FrameNumbers {
  readonly number: number;
  readonly acknowledged: number;
}

export interface FrameHead extends FrameNumbers {
  readonly version: number;
  readonly kind: FrameKind;
  readonly from: string;
  readonly to: string;
}

export interface Frame extends FrameHead {
  readonly body: Buffer;
}

/** Versions of the records in streams. */
export interface FrameVersions {
  readonly oldest: number;
  readonly newest: number;
}

/** Those that this code speaks. The second has records of usage. */
export const frameVersions: FrameVersions = { oldest: 1, newest: 2 };
/** From this version on, nodes tell each other their usage of shared limits. */
export const usageVersion = 2;
/** Of all frames but those of a stream, for ever: they are how nodes find out what else they both speak. */
export const greetingVersion = 1;

export const frameHeadBytes = 46;
/** The longest record is a payload of 256 KiB under a few long names. */
export const maxReceivedBytes = 1024 * 1024;
const incarnationBytes = 16;

export function encodeFrame(head: FrameHead, body: Uint8Array = Buffer.alloc(0)): Buffer {
  const frame = Buffer.allocUnsafe(frameHeadBytes + body.length);
  writeFrameHead(frame, frameStart(head), head);
  frame.set(body, frameHeadBytes);
  return frame;
}

/** What all frames of one kind begin with that one incarnation sends another. */
export function frameStart({ version, kind, from, to }: Omit<FrameHead, keyof FrameNumbers>): Buffer {
  const start = Buffer.allocUnsafe(2 + 2 * incarnationBytes);
  start[0] = version;
  start[1] = frameKinds.indexOf(kind);
  start.write(from, 2, incarnationBytes, 'hex');
  start.write(to, 18, incarnationBytes, 'hex');
  return start;
}

/** At the beginning of the frame, whose body follows it. */
export function writeFrameHead(frame: Buffer, start: Buffer, { number, acknowledged }: FrameNumbers): void {
  frame.set(start);
  frame.writeUIntBE(number, 34, 6);
  frame.writeUIntBE(acknowledged, 40, 6);
}

/** Undefined: not a frame. A carrier may deliver bytes of any sender. */
export function decodeFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < frameHeadBytes || bytes.length > maxReceivedBytes) return undefined;
  const kind = frameKinds[bytes[1] as number];
  if (kind === undefined) return undefined;
  return {
    version: bytes[0] as number,
    kind,
    from: bytes.toString('hex', 2, 18),
    to: bytes.toString('hex', 18, 34),
    number: bytes.readUIntBE(34, 6),
    acknowledged: bytes.readUIntBE(40, 6),
    body: bytes.subarray(frameHeadBytes),
  };
}

/** The body of pings and pongs. */
export function encodeVersions({ oldest, newest }: FrameVersions): Buffer {
  return Buffer.from([oldest, newest]);
}

/** The newest version that both speak, by the body of a ping or pong; undefined: there is none. */
export function commonVersion(own: FrameVersions, body: Buffer): number | undefined {
  const [oldest = 0, newest = 0] = body;
  const common = Math.min(own.newest, newest);
  return common >= Math.max(own.oldest, oldest) ? common : undefined;
}

export function isIncarnation(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{32}$/.test(text);
}
