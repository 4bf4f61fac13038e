/**
 * Moves frames between nodes. A carrier may lose, repeat and reorder them, but never changes one: links number what they
 * send, and send it again.
 */
export interface Carrier {
  /** Receives frames for this incarnation from now on. Called once for each incarnation; the one before receives nothing more. */
  open(own: string, received: (frame: Buffer) => void): Promise<void>;
  /** Sends a frame, or loses it. Never throws, never waits; the bytes must stay as they are. */
  send(to: string, frame: Buffer): void;
  /** Can frames leave at all? For people: nothing is decided by it. */
  readonly isConnected: boolean;
  close(): Promise<void>;
}
