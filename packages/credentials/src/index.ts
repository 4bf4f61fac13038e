export { MAX_PASSWORD_BYTES } from './argon2.ts';
export { OverloadedError, type QueueLimits } from './bounded-queue.ts';
export { createPasswordHasher, type PasswordHasher } from './password-hasher.ts';
