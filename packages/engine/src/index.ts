export * from './port.ts';
export { quietHost } from './quiet-host.ts';
export { reasonOf, reasons } from './reasons.ts';
