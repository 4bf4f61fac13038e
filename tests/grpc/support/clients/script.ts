/** What an official client does, as data: who it says that it is, and its calls in their order. */
import type { DescMethodUnary } from '@bufbuild/protobuf';

/**
 * A text `<name>` in a step stands for what is known by that name: what an earlier step noted, or what the replay knows from the
 * start (`folder`, `name`, `jwt`, …).
 */
export interface Step {
  readonly method: DescMethodUnary;
  readonly request?: object;
  /** The code that it is refused with. Without it: it succeeds. */
  readonly refused?: number;
  /** What the answer must have; of a change, the resource in its operation. */
  readonly answer?: object;
  /** Of a change: the types of what its operation holds, metadata first. Clients fail where one is missing or another. */
  readonly operation?: readonly [metadata: string, response: string];
  /** What is known from now on: by its name, the field of the answer, of a change that of its metadata, or `operationId`. */
  readonly notes?: Readonly<Record<string, string>>;
  /** It walks the list to its end, over so many pages at least, and notes the ID of the one with that name. */
  readonly finds?: {
    readonly list: string;
    readonly name: string;
    readonly as: string;
    readonly pages: number;
  };
  /** It is sent twice with the same metadata, as after a lost answer: the second answer is the first. */
  readonly repeated?: true;
}

/** What somebody asked the client for: calls that may share a key. */
export interface Command {
  readonly title: string;
  readonly steps: readonly Step[];
}

export interface ClientScript {
  readonly name: string;
  /** What its `user-agent` begins with. */
  readonly userAgent: string;
  /** `x-client-request-id` and `x-client-trace-id`, others with each call. */
  readonly isTraced?: true;
  /** For what one `idempotency-key` is sent. Without it there is none. */
  readonly keyOf?: 'a call' | 'a command' | 'the session';
  /** How the audience of its JWT is written: as the old service's, as a list of that, or with the name of this server. */
  readonly audience?: 'text' | 'list' | 'this server';
  /** It has been given a token of the form `t1.…`, and exchanges nothing. */
  readonly hasToken?: true;
  /** It attaches the token that it has, or that it was given, to calls that need none. */
  readonly attachesToken?: true;
  /** It asks for each operation once, whether or not that is done. Without it, only for one that is not. */
  readonly alwaysPolls?: true;
  readonly commands: readonly Command[];
}
