/** A broker that is measured, with its listeners open. */
export interface RunningBroker {
  readonly pid: number;
  readonly port: number;
  readonly tlsPort: number;
  /** Where publishers connect; absent: where subscribers do. */
  readonly publisherPort?: number;
  /** Its other processes. */
  readonly otherPids?: readonly number[];
  stop(): Promise<void>;
}

export interface Broker {
  readonly id: string;
  readonly title: string;
  /**
   * The part of a load's messages that it is given: less than 1 for a slow broker, whose cost per message is found all the
   * same.
   */
  readonly share: number;
  /** The version that it prints. */
  version(): Promise<string>;
  start(place: Workplace): Promise<RunningBroker>;
}

/** What brokers are given: a folder for their files, and a server certificate in it. */
export interface Workplace {
  readonly folder: string;
  readonly certFile: string;
  readonly keyFile: string;
}
