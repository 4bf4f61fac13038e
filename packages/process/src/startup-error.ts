/**
 * The process cannot start, for a reason that its user can remove: a taken port, a bad setting, a missing file. The
 * message is one or more plain lines that say what is wrong and what would be right; it is shown without a stack.
 */
export class StartupError extends Error {
  override readonly name: string = 'StartupError';
}
