/** All that the API and the MQTT server refuse with, for tests of what puts it into other words. */
export { codes as apiCodes, errors as apiErrors } from '@iotcore/control';
export { fieldObjections } from './field-objections.ts';
export { refusalRules } from './refusal-rules.ts';
