/** Typed reading of an entry: exports are made by programs of many versions, and edited by hand. */

export interface FieldFault {
  readonly field: string;
  readonly reason: string;
}

/** A field as it is written in the export (`created_at`) has this name in the API (`createdAt`). */
const apiName = (field: string) => field.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const timestampPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * The fields of one entry. Absent, null and empty are the same; names are taken in the form of the export and in that of
 * the API; those that are not asked for are ignored. What has the wrong type is remembered in `faults`.
 */
export class Fields {
  readonly faults: FieldFault[] = [];
  readonly #entry: ReadonlyMap<string, unknown>;

  constructor(entry: object) {
    this.#entry = new Map(Object.entries(entry));
  }

  text(field: string): string | undefined {
    const value = this.#value(field);
    if (value === undefined || typeof value === 'string') return value;
    return this.#fault(field, 'It must be a string.');
  }

  /** RFC 3339, with up to nine digits of a second. */
  timestamp(field: string): string | undefined {
    const value = this.text(field);
    if (value === undefined) return undefined;
    if (timestampPattern.test(value) && !Number.isNaN(Date.parse(value))) return value;
    return this.#fault(field, 'It must be an RFC 3339 timestamp, such as 2026-11-22T15:38:28Z.');
  }

  oneOf(field: string, values: readonly string[]): string | undefined {
    const value = this.text(field);
    if (value === undefined || values.includes(value)) return value;
    return this.#fault(field, `It must be one of ${values.join(', ')}.`);
  }

  flag(field: string): boolean | undefined {
    const value = this.#value(field);
    if (value === undefined || typeof value === 'boolean') return value;
    return this.#fault(field, 'It must be true or false.');
  }

  object(field: string): object | undefined {
    const value = this.#value(field);
    if (value === undefined) return undefined;
    if (typeof value === 'object' && !Array.isArray(value)) return value as object;
    return this.#fault(field, 'It must be an object.');
  }

  list(field: string): readonly unknown[] | undefined {
    const value = this.#value(field);
    if (value === undefined || Array.isArray(value)) return value;
    return this.#fault(field, 'It must be an array.');
  }

  /** Names and texts, such as labels; undefined when there are none. */
  texts(field: string): ReadonlyMap<string, string> | undefined {
    const value = this.object(field);
    const entries = Object.entries(value ?? {});
    if (entries.length === 0) return undefined;
    if (entries.every(([, text]) => typeof text === 'string')) return new Map(entries);
    return this.#fault(field, 'Its values must be strings.');
  }

  /** Remembers what else is wrong with a field. */
  blame(faults: Iterable<FieldFault | undefined>): void {
    for (const fault of faults) if (fault) this.faults.push(fault);
  }

  #value(field: string): unknown {
    const value = this.#entry.get(field) ?? this.#entry.get(apiName(field));
    return value === null || value === '' ? undefined : value;
  }

  #fault(field: string, reason: string): undefined {
    this.faults.push({ field, reason });
    return undefined;
  }
}
