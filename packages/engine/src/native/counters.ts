/** What an engine counts since its start. */
export interface Counters {
  connects: number;
  messagesReceived: number;
  messagesSent: number;
  messagesDropped: number;
}
