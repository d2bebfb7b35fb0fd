import type { ActionEntry } from '../contract/actions.js';

/** A file format for the log of actions. */
export interface ExportFormat {
  type: string;
  /** The first line; '' for none. */
  head: string;
  lineOf: (action: ActionEntry) => string;
}

const COLUMNS: readonly [name: string, value: (action: ActionEntry) => string][] = [
  ['time', ({ atMs }) => new Date(atMs).toISOString()],
  ['id', ({ id }) => id],
  ['by', ({ by }) => by],
  ['verified', ({ isVerified }) => String(isVerified)],
  ['role', ({ role }) => role],
  ['address', ({ address }) => address],
  ['action', ({ action }) => action],
  ['target', ({ target }) => target],
  ['count', ({ count }) => String(count)],
  ['ids', ({ ids }) => ids.join(' ')],
  ['details', ({ details }) => details],
  ['why', ({ why }) => why],
  ['outcome', ({ outcome }) => outcome ?? 'unknown'],
  ['result', ({ result }) => result],
];

/** The formats by file extension. */
export const FORMATS: Readonly<Record<'csv' | 'jsonl', ExportFormat>> = {
  csv: {
    type: 'text/csv; charset=utf-8',
    head: `${COLUMNS.map(([name]) => name).join(',')}\r\n`,
    lineOf: (action) => `${COLUMNS.map(([, value]) => cell(value(action))).join(',')}\r\n`,
  },
  jsonl: {
    type: 'application/x-ndjson; charset=utf-8',
    head: '',
    lineOf: (action) => `${JSON.stringify(action)}\n`,
  },
};

/** A cell as in RFC 4180. A text that a spreadsheet would run as a formula gets an apostrophe before it. */
function cell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
