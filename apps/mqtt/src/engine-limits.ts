import type { EngineLimits } from '@iotcore/engine';
import { limits } from '@iotcore/model';

/** The bounds that the engine is given, beside the time for a CONNECT. */
export const engineLimits: Omit<EngineLimits, 'connectTimeoutMs'> = {
  maxPayloadBytes: limits.payload.max,
  // The largest sensible CONNECT: a will, a password and names. A client that has not authenticated yet gets no more memory.
  maxConnectPacketBytes: 65_536,
  maxTopicBytes: limits.topic.max,
  maxTopicLevels: limits.topicLevels.max,
  // MQTT asks for 23 characters [MQTT-3.1.3-5]; real ones are URNs, UUIDs and names of certificates.
  maxClientIdBytes: 1024,
  // A back end that subscribes device by device.
  maxSubscriptionsPerSession: 10_000,
  // So many filters of eleven levels; of 200 levels some 600.
  maxSubscriptionBytesPerSession: 32 * 1024 * 1024,
  // A modem over GPRS sends its 256 KiB in four minutes, with pauses; a client that sends single bytes keeps no place.
  minPacketBytesPerSecond: 1_000,
  packetGraceMs: 30_000,
  // As long as credentials may be checked: what came before the end of a connection is heard, but not for ever.
  finishTimeoutMs: 60_000,
  // A back end that receives a whole fleet: at 50,000 messages a second, what is on its way within 400 ms. What is in flight
  // costs eight bytes here; the bytes themselves are bounded by maxOutputBytes.
  maxInflightMessages: 20_000,
  // Behind the window: a back end that stalls for a second, or a few large payloads. With the window less than there are
  // packet identifiers (65,535): at the end of the process all of it can go out, acknowledged or not.
  maxQueuedMessages: 45_000,
  maxQueuedBytes: 16 * 1024 * 1024,
  // What a fast reader is behind in one burst of QoS 0; a frozen one costs no more than this.
  maxOutputBytes: 8 * 1024 * 1024,
  // Twenty back ends that have stopped to read, or a thousand devices that are somewhat behind; what a machine with 2 GiB
  // can spare. The aedes engine bounds each session only.
  maxWaitingBytes: 512 * 1024 * 1024,
  // A thousand clients that sent what one read holds, hung up, and wait for the database.
  maxFinishingBytes: 64 * 1024 * 1024,
  // Fewer than there are database connections, which logins need too.
  maxRetainedReaders: 4,
};
