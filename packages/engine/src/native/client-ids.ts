/** Who has a client ID, where several engines serve one fleet. Within one engine its sessions know by themselves. */
export interface ClientIds {
  /**
   * The client ID of this scope is about to be that of a new session here. `taken`: a session of another engine has it now,
   * and this one must end.
   */
  readonly claim: (scope: string, clientId: string, taken: () => void) => ClientIdClaim;
}

export interface ClientIdClaim {
  /** Resolves once the others know, or have had their time: CONNACK follows then. Rejects if nobody may be accepted now. */
  readonly known: Promise<void>;
  /** The session is over, or never came to be. */
  readonly release: () => void;
}
