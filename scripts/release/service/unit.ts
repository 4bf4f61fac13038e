/** A systemd unit as its file says it: of each setting the last word, and all of what may be said more than once. */
import { readFileSync } from 'node:fs';

export class Unit {
  readonly #lines: readonly (readonly [string, string])[];

  constructor(path: string) {
    this.#lines = readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => /^\w+=/.test(line))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
  }

  has(name: string, value: string): boolean {
    return this.all(name).includes(value);
  }

  all(name: string): readonly string[] {
    return this.#lines.filter(([key]) => key === name).map(([, value]) => value);
  }

  /** @throws Error if the unit says nothing of it */
  need(name: string): string {
    const value = this.all(name).at(-1);
    if (value === undefined) throw new Error(`the unit has no ${name}=`);
    return value;
  }

  /** Its command for a shell: systemd takes `$$` and `%%` for a dollar and a per cent sign. */
  command(name = 'ExecStart'): string {
    return this.need(name).replaceAll('$$', '$').replaceAll('%%', '%');
  }

  get environment(): readonly string[] {
    return this.all('Environment').flatMap((value) => value.split(' '));
  }
}
