import { readFile } from 'node:fs/promises';
import { UsageError } from './cli-errors.js';

/** A payload, parsed and as it is written. */
export interface GivenData {
  data: Record<string, unknown>;
  json: string;
}

/**
 * A payload: JSON itself, `@file` with it, or `-` for what comes on stdin.
 *
 * @throws UsageError if it is not a JSON object
 */
export async function readData(given: string, stdin: NodeJS.ReadableStream): Promise<GivenData> {
  const json = await textOf(given, stdin);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new UsageError(`Expected --data to be JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { data: value as Record<string, unknown>, json };
  }
  throw new UsageError(`Expected --data to be a JSON object, got ${JSON.stringify(json.trim().slice(0, 40))}`);
}

async function textOf(given: string, stdin: NodeJS.ReadableStream): Promise<string> {
  if (given === '-') {
    let text = '';
    stdin.setEncoding('utf8');
    for await (const chunk of stdin) text += chunk as string;
    return text;
  }
  if (!given.startsWith('@')) return given;
  try {
    return await readFile(given.slice(1), 'utf8');
  } catch (cause) {
    throw new UsageError(`Expected --data @file to be readable: ${(cause as Error).message}`, { cause });
  }
}
