export { BoundedQueue, OverloadedError, type QueueLimits } from './bounded-queue.ts';
export { createPasswordHasher, type PasswordHasher } from './password-hasher.ts';
export { type SealingKey, seal, UnreadableSecretsError, unseal } from './sealing.ts';
