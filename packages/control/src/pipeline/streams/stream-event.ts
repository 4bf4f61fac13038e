/** One of the events that an operation with a stream answers, in proto3 JSON. */
export interface StreamEvent {
  readonly event: string;
  readonly data: object;
}
