export * from './port.ts';
export { reasons } from './reasons.ts';
