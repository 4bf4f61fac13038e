/** What to do about a refusal, by its reason: the codes of the API, which never change. */
import type { TextKey } from '../../i18n/keys.ts';

const advice: readonly (readonly [RegExp, TextKey])[] = [
  [/wrong password|without password|neither password/, 'advice.password'],
  [/certificate expired|not yet valid/, 'advice.certificateDates'],
  [/trust the server|TLS handshake|TLS version/, 'advice.trust'],
  [/certificate/, 'advice.certificate'],
  [/disabled/, 'advice.disabled'],
  [/blocked/, 'advice.blocked'],
  [/publish not allowed|subscription not allowed|will not allowed/, 'advice.topic'],
  [/not adopted/, 'advice.adoption'],
  [/port|instead of MQTT|PROXY/, 'advice.port'],
  [/3\.1\.1|protocol level/, 'advice.protocol'],
  [/too many|connections|quota|time to wait/, 'advice.limit'],
];

export function adviceFor(reason: string): TextKey {
  return advice.find(([pattern]) => pattern.test(reason))?.[1] ?? 'advice.other';
}
