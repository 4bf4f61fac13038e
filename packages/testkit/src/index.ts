export {
  type CertificateOptions,
  type KeyKind,
  makeCertificate,
  makeExpiredCertificate,
  makeFutureCertificate,
  type TestCertificate,
} from './certificates/make-certificate.ts';
export { eventually, within } from './deadline.ts';
export { listen } from './listen.ts';
export { MessageQueue, type ReceivedMessage } from './mqtt/message-queue.ts';
export { connectRaw, RawClient, type RawOptions } from './mqtt/raw.ts';
export { ConnectRefused, connectMqtt, type MqttOptions, MqttSession, refusalOf } from './mqtt/session.ts';
export { expectSilence } from './mqtt/silence.ts';
