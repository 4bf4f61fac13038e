/**
 * Every limit of the domain, with its unit and its reason. "characters" are Unicode code points, as JSON Schema's
 * maxLength counts them, not UTF-16 units (see `characterCount`).
 */
interface Limit {
  readonly max: number;
  readonly unit: 'characters' | 'bytes' | 'bits' | 'levels' | 'entries';
  readonly reason: string;
}

const publishedApi = 'a limit of the published API';

export const limits = {
  id: { max: 50, unit: 'characters', reason: `${publishedApi}; its own IDs have 20` },
  folderId: { max: 50, unit: 'characters', reason: publishedApi },
  name: { max: 50, unit: 'characters', reason: publishedApi },
  description: { max: 256, unit: 'characters', reason: publishedApi },
  labels: { max: 64, unit: 'entries', reason: publishedApi },
  labelKey: { max: 63, unit: 'characters', reason: publishedApi },
  labelValue: { max: 63, unit: 'characters', reason: publishedApi },
  password: {
    max: 1_024,
    unit: 'bytes',
    reason: 'far beyond any generated secret, and little to hash: refused before a hash is computed',
  },
  certificateData: {
    max: 32_768,
    unit: 'characters',
    reason:
      'an 8,192-bit RSA certificate has about 3,000; the rest is room for extensions and explanatory text',
  },
  rsaModulus: {
    max: 8_192,
    unit: 'bits',
    reason: 'one check of a 16,384-bit signature costs what hundreds of usual ones do',
  },
  aliases: { max: 5, unit: 'entries', reason: publishedApi },
  alias: {
    max: 256,
    unit: 'characters',
    reason: 'at 4 bytes each it still fits the key of a database index, which holds 2,704 bytes',
  },
  subtopic: {
    max: 1_024,
    unit: 'characters',
    reason: 'a limit of the published service, counted after `events/`',
  },
  topic: { max: 65_535, unit: 'bytes', reason: 'MQTT 3.1.1 section 1.5.3 cannot carry more [MQTT-4.7.3-3]' },
  topicLevels: {
    max: 200,
    unit: 'levels',
    reason: 'deeper than any real topic, and shallow enough that no walk over levels runs long',
  },
  payload: { max: 262_144, unit: 'bytes', reason: publishedApi },
} as const satisfies Record<string, Limit>;

/** Smallest RSA key, in bits: 512 and 768 are factored by anyone; 1,024 is weak, but burnt into devices of the field. */
export const minRsaModulusBits = 1_024;

/** Least length of a password, in characters. */
export const minPasswordCharacters = 14;
