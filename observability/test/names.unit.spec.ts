import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KNOWN_LABELS, KNOWN_METRICS } from './known-metrics.js';
import { namesIn } from './promql.js';
import { read, readAlerts, readDashboard } from './sources.js';

const unknown = (names: readonly string[], known: ReadonlySet<string>) => names.filter((name) => !known.has(name));

describe('the names in an expression', () => {
  it.each([
    ['up', ['up'], []],
    ['sum by (a, b) (rate(m_total{c=~"x|{y}", d!=""}[5m])) > 0.1', ['m_total'], ['a', 'b', 'c', 'd']],
    ['sum(m{a="b(c)"}) by (a) / on (b) group_left (c) n', ['m', 'n'], ['a', 'a', 'b', 'c']],
    ['m unless m offset 15m or absent(o) and vector(1) == bool 1e3', ['m', 'm', 'o'], []],
    ['histogram_quantile(0.99, sum by (le) (rate(m_bucket[$__rate_interval])))', ['m_bucket'], ['le']],
  ])('%s', (expression, metrics, labels) => {
    const names = namesIn(expression);
    expect(names.metrics).toEqual(metrics);
    expect([...names.labels].sort()).toEqual(labels);
  });
});

it('the known metrics of events are those that the library documents', () => {
  const page = readFileSync(new URL('../../libs/events/docs/watching.md', import.meta.url), 'utf8');
  const told = [...page.matchAll(/^\| `(messaging\.[\w.]+)` +\|/gm)].map(([, name = '']) => name.replaceAll('.', '_'));
  const known = [...KNOWN_METRICS].flatMap((name) =>
    name.startsWith('messaging_')
      ? name.replace(/_(seconds|total|bucket|sum|count)$/, '').replace(/_seconds$/, '')
      : [],
  );
  expect([...new Set(known)].sort()).toEqual(told.sort());
});

describe('alerts.yml', async () => {
  const alerts = await readAlerts();

  it.each(alerts)('$alert asks for metrics and labels that there are', ({ expr }) => {
    const { metrics, labels } = namesIn(expr);
    expect(metrics).not.toEqual([]);
    expect(unknown(metrics, KNOWN_METRICS)).toEqual([]);
    expect(unknown(labels, KNOWN_LABELS)).toEqual([]);
  });

  it.each(alerts)('$alert says what it is and what to do, with labels that it has', ({ labels, annotations, expr }) => {
    expect(labels['severity']).toMatch(/^(critical|warning)$/);
    expect(Object.keys(annotations)).toEqual(['summary', 'description']);
    const shown = Object.values(annotations).flatMap((text) => [...text.matchAll(/\$labels\.(\w+)/g)]);
    const kept = expr.startsWith('up{') ? ['app', 'instance', 'job'] : namesIn(expr).labels;
    for (const [, label] of shown) expect(kept).toContain(label);
  });

  it('is tested alert by alert, each by one that fires', async () => {
    interface Test {
      alert_rule_test?: { alertname: string; exp_alerts?: unknown[] }[];
    }
    const { tests } = await read<{ tests: Test[] }>('alerts.test.yml');
    const firing = tests.flatMap(({ alert_rule_test = [] }) => alert_rule_test.filter(({ exp_alerts }) => exp_alerts));
    expect([...new Set(firing.map(({ alertname }) => alertname))].sort()).toEqual(
      alerts.map(({ alert }) => alert).sort(),
    );
  });
});

describe('the dashboard', async () => {
  const dashboard = await readDashboard();
  const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, legendFormat }) => ({ title, expr, legendFormat })),
  );

  it.each(queries)('$title asks for metrics and labels that there are: $expr', ({ expr }) => {
    const { metrics, labels } = namesIn(expr);
    expect(metrics).not.toEqual([]);
    expect(unknown(metrics, KNOWN_METRICS)).toEqual([]);
    expect(unknown(labels, KNOWN_LABELS)).toEqual([]);
  });

  it.each(queries)('$title names its lines by labels that they have: $legendFormat', ({ expr, legendFormat }) => {
    for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect(namesIn(expr).labels).toContain(label);
  });

  it('shows every metric of the shop', () => {
    const shown = new Set(queries.flatMap(({ expr }) => namesIn(expr).metrics));
    const missing = [...KNOWN_METRICS].filter((name) => !shown.has(name));
    expect(missing.filter((name) => !/_(sum|count)$/.test(name))).toEqual([]);
  });

  it('offers variables of metrics and labels that there are', () => {
    for (const { definition } of dashboard.templating.list) {
      const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(definition) ?? [];
      expect(KNOWN_METRICS).toContain(metric);
      expect(KNOWN_LABELS).toContain(label);
    }
    const names = dashboard.templating.list.map(({ name }) => name);
    const used = queries.flatMap(({ expr }) => [...expr.matchAll(/\$([a-z]\w*)/g)].map(([, name]) => name));
    expect([...new Set(used)].sort()).toEqual(names.sort());
  });

  it('asks the datasource that is provisioned', async () => {
    const { datasources } = await read<{ datasources: { uid: string }[] }>(
      'grafana/provisioning/datasources/prometheus.yml',
    );
    const asked = [...dashboard.panels.filter(({ type }) => type !== 'row'), ...dashboard.templating.list];
    expect(new Set(asked.map(({ datasource }) => datasource?.uid))).toEqual(new Set(datasources.map(({ uid }) => uid)));
  });

  it('has room for each panel, and a number of its own', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const overlapping = panels.filter(({ id, gridPos: one }) =>
      panels.some(
        ({ id: otherId, gridPos: other }) =>
          id < otherId &&
          one.x < other.x + other.w &&
          other.x < one.x + one.w &&
          one.y < other.y + other.h &&
          other.y < one.y + one.h,
      ),
    );
    expect(overlapping).toEqual([]);
    expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
  });
});
