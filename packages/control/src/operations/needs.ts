/**
 * What all operations need together; the composition root makes it. An operation names what it needs itself, in the type of the
 * second argument of its `run`: this list only says that somebody has to give it.
 */
import type { BoundedQueue, PasswordHasher } from '@iotcore/credentials';
import type { Clock } from '@iotcore/process';
import type { ControlStore, FolderQuotas } from '@iotcore/store/control';
import type { AccessTokens } from '../auth/access-tokens.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { CallerDirectory } from '../auth/caller-directory.ts';
import type { TokenAudiences } from '../auth/token-audiences.ts';
import type { DataStreams } from '../exports/data-streams.ts';
import type { SecretsKeeper } from '../exports/secrets-keeper.ts';
import type { ExportTargets } from '../exports/targets.ts';
import type { MessagePublisher } from '../publish/message-publisher.ts';
import type { Watcher } from '../watch/watcher.ts';

export interface OperationNeeds {
  readonly clock: Clock;
  /** Of this program. */
  readonly version: string;
  readonly store: ControlStore;
  readonly hasher: PasswordHasher;
  readonly quotas: FolderQuotas;
  readonly directory: CallerDirectory;
  readonly tokens: AccessTokens;
  readonly authenticator: Authenticator;
  readonly publisher: MessagePublisher;
  readonly watcher: Watcher;
  readonly exportTargets: ExportTargets;
  readonly exportSecrets: SecretsKeeper;
  /** What the logs of all exports may have together, in bytes. */
  readonly exportStoreBytes: number;
  readonly dataStreams: DataStreams;
  /** Imports take turns: each is a transaction of many rows. */
  readonly imports: BoundedQueue;
  /** What the JWT of a service account may have as its audience. */
  readonly tokenAudiences: TokenAudiences;
}
