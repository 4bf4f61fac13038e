export { findFreePort } from '@iotcore/process';
export {
  type ApiAnswer,
  ApiClient,
  type CallOptions,
  type Json,
  makePassword,
  type Owner,
  pathOf,
  type Resource,
} from './api/client.ts';
export { EventStream } from './api/event-stream.ts';
export { Bystanders } from './bystanders/bystanders.ts';
export { expectNothingKept, footprint } from './bystanders/footprint.ts';
export { certificateTexts } from './certificates/certificate-texts.ts';
export {
  type CertificateOptions,
  type KeyKind,
  makeCertificate,
  makeExpiredCertificate,
  makeFutureCertificate,
  type TestCertificate,
} from './certificates/make-certificate.ts';
export { makeHugeRsaKeys, makeShortRsaKeys } from './certificates/odd-keys.ts';
export { eventually, patienceMs, within } from './deadline.ts';
export { isListening } from './is-listening.ts';
export { listen } from './listen.ts';
export { MessageQueue, type ReceivedMessage } from './mqtt/message-queue.ts';
export { connectPacket, packet, publishPacket, subscribePacket, text } from './mqtt/packets.ts';
export { connectRaw, openRaw, RawClient, type RawOptions } from './mqtt/raw.ts';
export { ConnectRefused, connectMqtt, type MqttOptions, MqttSession, refusalOf } from './mqtt/session.ts';
export { expectSilence } from './mqtt/silence.ts';
export type { Cluster } from './postgres/cluster.ts';
export { createDatabase, seedCluster, type TestDatabase, testDatabase } from './postgres/shared.ts';
export { sharedPostgres, startPostgres } from './postgres/test-postgres.ts';
export type { InstallationOptions } from './processes/build-installation.ts';
export { Child, type ChildOptions, type Exit, repositoryRoot } from './processes/child.ts';
export { Command, run } from './processes/command.ts';
export { Installation } from './processes/installation.ts';
export {
  type SharedInstallationOptions,
  sharedInstallation,
  webSocketOrigin,
} from './processes/shared-installation.ts';
export { startInstallation } from './processes/start-installation.ts';
export type { ProgramName } from './programs/program-bundles.ts';
export { preparePrograms, programFile } from './programs/programs.ts';
export {
  type Behaviour,
  type ReceivedRequest,
  type ReceiverOptions,
  WebhookReceiver,
} from './receivers/webhook-receiver.ts';
export { casesOf, fullTest, isFull, someOf, tries } from './run/full.ts';
export { findLeaks, type Place, placesWith } from './secrets/find-leaks.ts';
export { knownSecrets, notePrivateKey, noteSecret } from './secrets/known-secrets.ts';
