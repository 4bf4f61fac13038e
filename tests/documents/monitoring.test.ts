/** deploy/prometheus and deploy/grafana name metrics that there are, and alerts have a line in docs/monitoring.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { exportingInstallation } from '../exports/support/exports.ts';

const installation = exportingInstallation();
const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}
const rules: readonly Rule[] = parse(read('deploy/prometheus/alerts.yml')).groups.flatMap(
  ({ rules: some }: { rules: Rule[] }) => some,
);
const panels: readonly { title: string; targets: { expr: string }[] }[] = JSON.parse(
  read('deploy/grafana/iotcore.json'),
).panels;

/** Names in an expression that are of metrics: no functions, labels, or parts of strings. */
function metricsOf(expr: string): string[] {
  const plain = expr.replace(/\{[^}]*\}/g, '').replace(/\b(by|on|without) *\([^)]*\)/g, '');
  return [...plain.matchAll(/\b(?:iotcore|nodejs|process)_\w+/g)].map(([name]) => name);
}

test('every metric that an alert or a panel asks for is exported by a process', async () => {
  const { adminUrl, apiMetricsUrl, exportMetricsUrl } = installation();
  const pages = await Promise.all(
    [adminUrl, apiMetricsUrl, exportMetricsUrl].map(async (url) => (await fetch(`${url}/metrics`)).text()),
  );
  const exported = new Set(
    pages.flatMap((page) =>
      [...page.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = '', type]) =>
        type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
      ),
    ),
  );
  const expressions = [
    ...rules.map(({ expr }) => expr),
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ];
  expect(expressions.length).toBeGreaterThan(20);
  const asked = expressions.flatMap(metricsOf);
  expect(asked.filter((name) => !exported.has(name))).toEqual([]);
  // Every alert but that of a process which is gone asks for something that only we export.
  const foreign = rules.filter(({ expr }) => metricsOf(expr).length === 0).map(({ alert }) => alert);
  expect(foreign).toEqual(['IotcoreProcessDown']);
});

test('every alert has a severity, and a line in the run book that it names', () => {
  const headings = new Set([...read('docs/monitoring.md').matchAll(/^### (\w+)$/gm)].map(([, name]) => name));
  expect(rules.map(({ alert }) => alert).sort()).toEqual([...headings].sort());
  for (const { alert, labels, annotations } of rules) {
    expect(annotations.runbook).toBe(`docs/monitoring.md#${alert.toLowerCase()}`);
    expect(['critical', 'warning']).toContain(labels.severity);
  }
});
