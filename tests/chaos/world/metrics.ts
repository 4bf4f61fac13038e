/** The figures that the data plane tells of itself, by the names of its metrics (without labels: summed). */
export async function readMetrics(adminPort: number): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`http://127.0.0.1:${adminPort}/metrics`, {
    signal: AbortSignal.timeout(5000),
  });
  const metrics = new Map<string, number>();
  for (const line of (await response.text()).split('\n')) {
    const [, name, value] = /^([a-zA-Z_:][\w:]*)(?:\{.*\})? ([^ ]+)/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    metrics.set(name, (metrics.get(name) ?? 0) + Number(value));
  }
  return metrics;
}
