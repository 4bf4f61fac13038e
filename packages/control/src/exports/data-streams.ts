/** Where the servers of data streams are: the operator names them, by the database that a stream lies in. */
import { DataStreamServers } from '@iotcore/contract';
import { z } from 'zod';

const DataStreamsFile = z.record(z.string().min(1).max(256), DataStreamServers);

/** Stands for every database that has no entry of its own. */
const anyDatabase = '*';

export class DataStreams {
  readonly #byDatabase: ReadonlyMap<string, DataStreamServers>;

  constructor(byDatabase: ReadonlyMap<string, DataStreamServers> = new Map()) {
    this.#byDatabase = byDatabase;
  }

  /** @throws ZodError for what does not describe servers by database */
  static parse(content: unknown): DataStreams {
    return new DataStreams(new Map(Object.entries(DataStreamsFile.parse(content))));
  }

  /** The operator has named none: there are no data streams here. */
  get areNone(): boolean {
    return this.#byDatabase.size === 0;
  }

  /** With a password an export logs in as Data Streams require, unless the operator says otherwise. */
  serversOf(database: string): DataStreamServers | undefined {
    const found = this.#byDatabase.get(database) ?? this.#byDatabase.get(anyDatabase);
    if (found?.password === undefined) return found;
    return { mechanism: 'PLAIN', username: `@${database}`, ...found };
  }
}
