/** What the exit status says; docs/cli.md lists them. A number is never given another meaning. */
export const exitCodes = {
  success: 0,
  /** Anything that has no number of its own, a failed check of `doctor` included. */
  failure: 1,
  /** The command line, or a value in it, is wrong: nothing was changed. */
  usage: 2,
  notFound: 3,
  /** No token, a bad one, or one without the right. */
  denied: 4,
  /** It exists already, or is not in the state that the command needs. */
  conflict: 5,
  /** Nothing answers, or it asks to come back later. */
  unavailable: 6,
  /** An import ended, and some entries did not come: the report names them. */
  incomplete: 7,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
