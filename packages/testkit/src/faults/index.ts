/** What it takes to break an installation and to check what came of it. Runs without the test runner. */

// What the chaos runner needs of the rest of the harness.
export { type ApiAnswer, ApiClient, makePassword } from '../api/client.ts';
export { makeCertificate, type TestCertificate } from '../certificates/make-certificate.ts';
export { eventually } from '../deadline.ts';
export { isListening } from '../is-listening.ts';
export { connectPacket } from '../mqtt/packets.ts';
export { Child, type Exit, repositoryRoot } from '../processes/child.ts';
export { WebhookReceiver } from '../receivers/webhook-receiver.ts';
export { type CheckOptions, checkMessages } from './check/check-messages.ts';
export { type CheckResult, cleanResult, isKept, sumResults } from './check/check-result.ts';
export { checkRetained, type ReadBack } from './check/check-retained.ts';
export type { Client, Connection, ConnectionEnd, History, Received, Sent } from './history.ts';
export { LoadClient, type LoadClientOptions } from './load/load-client.ts';
export { decodeMark, encodeMark, type Mark } from './load/marked-message.ts';
export { MessageLedger } from './load/message-ledger.ts';
export {
  type BrokerTenant,
  createBrokerTenant,
  createRegistryTenant,
  type Login,
  type RegistryTenant,
} from './load/tenant.ts';
export { checkWrites, type StoredObject, WriteLedger } from './load/write-ledger.ts';
export { type Direction, FaultProxy } from './network/fault-proxy.ts';
export { type Link, perfectLink } from './network/pipe.ts';
export { SeededRandom } from './random.ts';
