/**
 * What is wrong with a value that a caller gave. The API shows it as one fieldViolation; `code` is stable, so programs
 * and tests may rest on it. A description never repeats the value: it may be a secret, or be made to fool a terminal.
 */
export type ViolationCode =
  | 'REQUIRED'
  | 'TOO_SHORT'
  | 'TOO_LONG'
  | 'TOO_MANY'
  | 'INVALID_CHARACTERS'
  | 'WEAK_PASSWORD'
  | 'NOT_A_CERTIFICATE'
  | 'PRIVATE_KEY'
  | 'SEVERAL_CERTIFICATES'
  | 'UNSUPPORTED_CERTIFICATE'
  | 'NOT_A_NETWORK'
  | 'RESERVED_ALIAS'
  | 'CONFLICTING_ALIAS'
  | 'INVALID_TOPIC_PREFIX';

export interface Violation {
  readonly code: ViolationCode;
  /** The field as the API names it, such as `name` or `topicAliases["my/"]`. */
  readonly field: string;
  /** What would be right, as a sentence for people, without the value itself. */
  readonly description: string;
}
