/** How far back charts go. `step`: seconds of a point, so that there are some 150. */
export const ranges = {
  hour: { seconds: 3600, step: 30 },
  day: { seconds: 86_400, step: 600 },
  week: { seconds: 7 * 86_400, step: 3600 },
} as const;

export type RangeName = keyof typeof ranges;

export function rangeNamed(name: string | undefined): RangeName {
  return name === 'day' || name === 'week' ? name : 'hour';
}
