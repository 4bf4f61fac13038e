/** For each broken build a seed that finds it out. */
export const findingSeeds: Readonly<Record<string, number>> = {};
