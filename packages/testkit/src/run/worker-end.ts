/**
 * What is to be done when a worker of vitest ends, with the files it ran. The tests and the worker's environment load their
 * modules apart: they meet in a global.
 */
type Work = () => Promise<unknown>;

const key = Symbol.for('iotcore.tests.worker-end');
const holder = globalThis as { [key]?: Work[] };

export function atWorkerEnd(work: Work): void {
  holder[key] ??= [];
  holder[key].push(work);
}

/** Does all of it, whatever fails, the last first; the first failure is that of the worker. */
export async function endWorker(): Promise<void> {
  const failures: unknown[] = [];
  for (const work of holder[key]?.splice(0).reverse() ?? [])
    await work().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
