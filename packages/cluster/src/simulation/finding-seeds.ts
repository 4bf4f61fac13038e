/** For each broken build a seed that finds it out. */
export const findingSeeds: Readonly<Record<string, number>> = {
  'PUBACK before the others have acknowledged': 6,
  'SUBACK before the others know': 16,
  'no reset': 3,
  'the row says ended before the sessions are closed': 7,
  'good is a flag that a timer keeps': 24,
  'hearing a node is taken for being confirmed': 26,
  'the condemned are dropped at once': 19,
  'a joiner does not wait until all have agreed': 1,
  'a joiner reads the list before its own row is there': 2,
  'joiners condemn after five seconds': 32,
  'acknowledged before it is handed over': 1,
  'the later claim is that of the later wall clock': 7,
};
