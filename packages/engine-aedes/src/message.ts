import type { Qos } from '@iotcore/engine';
import type { Addressable, TopicName } from '@iotcore/engine/routing';

/** A message on its way to its subscribers, under one name after the other. */
export class Message implements Addressable {
  readonly payload: Buffer;
  readonly qos: Qos;
  topic = '';

  constructor(payload: Buffer, qos: Qos) {
    this.payload = payload;
    this.qos = qos;
  }

  addressTo(name: TopicName): void {
    this.topic = name.topic;
  }
}
