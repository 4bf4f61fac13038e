export * from './port.ts';
export { reasonOf, reasons } from './reasons.ts';
