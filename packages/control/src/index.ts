/**
 * Every operation of the management API, and the pipeline that runs them. It knows no transport; an edge does four things:
 *
 * 1. For each of `operations` it decides how a call of it looks: its path and method in REST, its method in gRPC.
 * 2. It makes the call neutral: a `CallOrigin` (credential, address, user agent, request ID, deadline, signal) and a
 *    `CallInput`: all fields of the input in one object, in proto3 JSON with camelCase names, wherever they were found.
 * 3. It hands both to `controlPlane.call(operation, origin, input)`, which answers the operation's output in proto3 JSON
 *    (for a mutation: an `Operation`, done). An edge that reads the input only once the caller is proven does it in two steps:
 *    `const call = controlPlane.open(operation, origin)`, `await call.admit()`, `await call.run(input)`; whatever goes wrong
 *    after `open`, in the edge too, it hands to `call.refuse(error)`, which records it and says what to answer.
 * 4. It maps an `ApiError` (`status`, `message`, `details`, `retryAfterSeconds`) to an answer of its own.
 *
 * What an edge found wrong with the input itself goes into `CallInput.violations`, so that it is told with everything else.
 */
import type { OperationNeeds } from './operations/needs.ts';
import { ControlPlane as Pipeline } from './pipeline/control-plane.ts';
import type { OpenCall as PipelineCall } from './pipeline/open-call.ts';

export { AccessTokens } from './auth/access-tokens.ts';
export { Authenticator } from './auth/authenticator.ts';
export { BrowserSessions } from './auth/browser-sessions.ts';
export { CallerDirectory } from './auth/caller-directory.ts';
export { InstallationKeys } from './auth/installation-keys.ts';
export { oldServiceAudience, TokenAudiences } from './auth/token-audiences.ts';
export { ApiError, type CodeName, codes, errors, type FieldViolation } from './errors/catalogue.ts';
export { toApiError } from './errors/translate.ts';
export { DataStreams } from './exports/data-streams.ts';
export { type ExportSecrets, SecretsKeeper } from './exports/secrets-keeper.ts';
export type { ExportTargets, TargetAnswer, TargetOfExport } from './exports/targets.ts';
export { idempotencyKeyHours, importQueue } from './limits.ts';
export { type ApiOperation, operations } from './operations/index.ts';
export type { OperationNeeds } from './operations/needs.ts';
export { newCredentials } from './operations/shared/new-credentials.ts';
export type { CallInput, CallObserver, CallOrigin, KeptSession } from './pipeline/call.ts';
export { PageTokens } from './pipeline/page-tokens.ts';
export { unknownField } from './pipeline/read-input.ts';
export type { StreamEvent } from './pipeline/streams/stream-event.ts';
export { MessagePublisher } from './publish/message-publisher.ts';
export { Watcher } from './watch/watcher.ts';

/** The pipeline, for the operations of this package. */
export const ControlPlane = Pipeline<OperationNeeds>;
export type ControlPlane = Pipeline<OperationNeeds>;
export type OpenCall = PipelineCall<OperationNeeds>;
