import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';

/** The folder of what Prometheus and Grafana read. */
export const OBSERVABILITY = path.resolve(import.meta.dirname, '..');

/** An alert of `alerts.yml`. */
export interface AlertRule {
  alert: string;
  expr: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** A panel of a dashboard, as far as the tests look at it. */
export interface Panel {
  id: number;
  title: string;
  type: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: { type: string; uid: string };
  targets?: { expr: string; legendFormat: string }[];
}

/** Grafana's file of a dashboard, as far as the tests look at it. */
export interface Dashboard {
  uid: string;
  panels: Panel[];
  templating: { list: { name: string; definition: string; datasource: { uid: string } }[] };
}

/** A file of the folder, parsed; JSON is YAML, too. */
export async function read<T>(...file: readonly string[]): Promise<T> {
  return parse(await readFile(path.join(OBSERVABILITY, ...file), 'utf8')) as T;
}

/** The alerts, in the order of their file. */
export async function readAlerts(): Promise<AlertRule[]> {
  const { groups } = await read<{ groups: { rules: AlertRule[] }[] }>('alerts.yml');
  return groups.flatMap(({ rules }) => rules);
}

/** The dashboard that Grafana shows. */
export function readDashboard(): Promise<Dashboard> {
  return read<Dashboard>('grafana', 'dashboards', 'shop.json');
}

/** What Grafana puts in the place of its variables, as Prometheus would get it. */
export function asPrometheusGetsIt(expression: string): string {
  return expression.replaceAll('$__rate_interval', '1m').replaceAll(/\$\w+/g, '.*');
}
