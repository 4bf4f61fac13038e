/** Which session has a client ID, where several engines serve one fleet. Each engine knows its own sessions without it. */
export interface ClientIds {
  /**
   * The client ID of this scope is about to be that of a new session here. `taken`: a session of another engine has it now,
   * and this one must end.
   */
  readonly claim: (scope: string, clientId: string, taken: () => void) => ClientIdClaim;
}

export interface ClientIdClaim {
  /**
   * Resolves once the other engines know, or their time to answer is over: CONNACK follows then. Rejects if no client may be
   * accepted now.
   */
  readonly known: Promise<void>;
  /** The session is over, or never came to be. */
  readonly release: () => void;
}
