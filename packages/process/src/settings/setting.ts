import type { SettingType } from './types.ts';

export interface Setting<T> {
  readonly variable: string;
  readonly type: SettingType<T>;
  /** As it would be written in the environment. Absent: the setting is optional. */
  readonly default: string | undefined;
  /** Markdown. */
  readonly description: string;
}

export function setting<T>(
  variable: string,
  type: SettingType<T>,
  fallback: string,
  description: string,
): Setting<T> {
  return { variable, type, default: fallback, description };
}

export function optional<T>(
  variable: string,
  type: SettingType<T>,
  description: string,
): Setting<T | undefined> {
  return { variable, type: type as SettingType<T | undefined>, default: undefined, description };
}
