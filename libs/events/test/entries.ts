import type { TestRedis } from '@repo/testing';
import type { NoteTaken } from './notes.js';

/** An entry of a stream, its fields by name. */
export type Fields = Record<string, string>;

/** What a stream holds, oldest first, looked at past the library. */
export async function readEntries(client: TestRedis['client'], stream: string): Promise<Fields[]> {
  const entries = await client.xrange(stream, '-', '+');
  return entries.map(([, flat]) => fieldsOf(flat));
}

/** The numbers of the notes that a stream holds, oldest first. */
export async function numbersOf(client: TestRedis['client'], stream: string): Promise<number[]> {
  return (await readEntries(client, stream)).map(({ data = '' }) => (JSON.parse(data) as NoteTaken).number);
}

/** Field, value, field, value, … by name. */
export function fieldsOf(flat: readonly string[]): Fields {
  const fields: Fields = {};
  for (let index = 0; index < flat.length; index += 2) fields[flat[index] ?? ''] = flat[index + 1] ?? '';
  return fields;
}

/** The fields of a note, for tests that append past the library. */
export function noteFields(changes: Fields = {}): string[] {
  const fields: Fields = {
    event_id: crypto.randomUUID(),
    event_type: 'note_taken',
    timestamp: new Date().toISOString(),
    version: '1.0',
    source: 'elsewhere',
    data: JSON.stringify({ topic: 'foreign', number: 0 }),
    ...changes,
  };
  return Object.entries(fields).flat();
}
