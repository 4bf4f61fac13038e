/** What an engine counts since its start. */
export interface Counters {
  messagesReceived: number;
  messagesSent: number;
  messagesDropped: number;
}
