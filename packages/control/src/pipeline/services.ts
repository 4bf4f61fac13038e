/**
 * What operations work with, made once by the composition root of a process. Each takes by name what it needs, and hands on
 * no more than that; nothing keeps the whole.
 */
import type { BoundedQueue, PasswordHasher } from '@iotcore/credentials';
import type { Clock } from '@iotcore/process';
import type { ControlStore, FolderQuotas } from '@iotcore/store/control';
import type { AccessTokens } from '../auth/access-tokens.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { CallerDirectory } from '../auth/caller-directory.ts';
import type { TokenAudiences } from '../auth/token-audiences.ts';
import type { ExportServices } from '../exports/services.ts';
import type { MessagePublisher } from '../publish/message-publisher.ts';
import type { Watcher } from '../watch/watcher.ts';
import type { PageTokens } from './page-tokens.ts';

export interface Services {
  readonly clock: Clock;
  /** Of this program. */
  readonly version: string;
  readonly store: ControlStore;
  readonly hasher: PasswordHasher;
  readonly quotas: FolderQuotas;
  readonly directory: CallerDirectory;
  readonly tokens: AccessTokens;
  readonly authenticator: Authenticator;
  readonly pageTokens: PageTokens;
  readonly publisher: MessagePublisher;
  readonly watcher: Watcher;
  readonly exports: ExportServices;
  /** Imports take turns: each is a transaction of many rows. */
  readonly imports: BoundedQueue;
  /** What the JWT of a service account may have as its audience. */
  readonly tokenAudiences: TokenAudiences;
}
