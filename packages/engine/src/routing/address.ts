/** A topic as it stands in packets. */
export interface TopicName {
  readonly topic: string;
  readonly topicBytes: Buffer;
}

/** One destination, made ready to be published to. Messages go out under its topic, which its filters match [MQTT-3.3.2-3]. */
export interface Address extends TopicName {
  readonly namespace: string;
}
