import { refusalReasons, refusalRule } from '@iotcore/model';

/** The rule behind every reason to refuse a client, by its code. */
export const refusalRules: ReadonlyMap<string, string> = new Map(
  refusalReasons.map((code) => [code, refusalRule(code) ?? '']),
);
