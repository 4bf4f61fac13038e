export * from './port.ts';
export { fixedReason, reasons } from './reasons.ts';
