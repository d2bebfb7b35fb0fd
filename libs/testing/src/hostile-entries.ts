import type { Redis } from 'ioredis';

/** An entry as an attacker, or a faulty program, may append it. */
export interface HostileEntry {
  /** What is wrong with it. */
  what: string;
  /** Names and values in turn. */
  fields: readonly (string | Buffer)[];
}

/** Appends an entry. Its fields are passed as an array, because they can be more than a call can have arguments. @returns its id */
export async function appendHostile(client: Redis, key: string, fields: readonly (string | Buffer)[]): Promise<string> {
  return String(await client.call('XADD', [key, '*', ...fields]));
}

/** The fields of a valid event. @param changes replace some of them */
export function eventFields(changes: Readonly<Record<string, string | Buffer>> = {}): (string | Buffer)[] {
  const usual = {
    event_id: '5ea4e708-b244-429d-bfd7-68c9d9251008',
    event_type: 'note_taken',
    timestamp: '2026-11-28T10:00:00.000Z',
    version: '1.0',
    source: 'tester',
    data: '{}',
    correlation_id: 'hostile',
  };
  return Object.entries({ ...usual, ...changes }).flat();
}

/** JSON of nested objects or arrays. */
export function nested(levels: number, open = '{"a":', close = '}', innermost = '1'): string {
  return open.repeat(levels) + innermost + close.repeat(levels);
}

const WIDE = 65_000;
const MEGABYTE = 1_000_000;

/** One entry of each kind, including large ones: about 60 MB together. */
export function hostileEntries(): HostileEntry[] {
  const wide = Array.from({ length: WIDE }, (_, number) => [`f${String(number)}`, 'x']).flat();
  const values = JSON.stringify({ items: Array.from({ length: 300_000 }, () => ({})) });
  return [
    { what: 'an event of 65,000 fields', fields: [...eventFields(), ...wide] },
    { what: '65,000 fields and no event', fields: wide },
    { what: 'the same field 65,000 times', fields: Array.from({ length: WIDE }, () => ['data', '{}']).flat() },
    { what: '6,000 levels', fields: eventFields({ data: nested(6000) }) },
    { what: '100,000 levels', fields: eventFields({ data: nested(100_000, '[', ']').replace(/^/, '{"a":') + '}' }) },
    { what: '300,000 objects', fields: eventFields({ data: values }) },
    { what: 'a field whose name has a megabyte', fields: [...eventFields(), 'n'.repeat(MEGABYTE), 'x'] },
    { what: 'a payload of 20 MB', fields: eventFields({ data: JSON.stringify({ text: 'x'.repeat(20 * MEGABYTE) }) }) },
    {
      what: 'a field of 20 MB of control characters',
      fields: [...eventFields(), 'more', '\u0007'.repeat(20 * MEGABYTE)],
    },
    { what: 'a value that is not UTF-8', fields: eventFields({ data: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) }) },
    { what: 'a name that is not UTF-8', fields: [...eventFields(), Buffer.from([0xc3]), Buffer.from([0xff])] },
    { what: 'names of prototypes', fields: [...eventFields(), '__proto__', 'x', 'constructor', 'y', 'toString', 'z'] },
    { what: 'properties called __proto__', fields: eventFields({ data: '{"__proto__":{"a":1},"constructor":{}}' }) },
    { what: 'a field twice', fields: [...eventFields(), 'event_type', 'other'] },
    { what: 'an event_id of 100 kB', fields: eventFields({ event_id: 'e'.repeat(100_000) }) },
    { what: 'a timestamp of Infinity', fields: eventFields({ timestamp: 'Infinity' }) },
    { what: 'a timestamp in the year 300000', fields: eventFields({ timestamp: '+300000-01-01T00:00:00Z' }) },
    { what: 'a version of NaN', fields: eventFields({ version: 'NaN' }) },
    { what: 'a type that is a line of a log', fields: eventFields({ event_type: 'a\nERROR all is lost\u001b[2J' }) },
    { what: 'a key that turns the line around', fields: eventFields({ partition_key: 'a\u0000\u202eb\r\n' }) },
    {
      what: 'ids of 2 MB',
      fields: eventFields({ correlation_id: 'c'.repeat(2 * MEGABYTE), causation_id: 'd'.repeat(2 * MEGABYTE) }),
    },
    {
      what: 'a type and a source of a megabyte',
      fields: eventFields({ event_type: 't'.repeat(MEGABYTE), source: 's'.repeat(MEGABYTE) }),
    },
    { what: 'empty names and values', fields: ['', '', '', ''] },
    { what: 'numbers that are too large', fields: eventFields({ data: `{"n":${'9'.repeat(100_000)},"m":1e99999}` }) },
  ];
}

/** Dead letters that the library would never write. */
export function hostileDeadLetters(stream: string): HostileEntry[] {
  const about = { stream, entry_id: '1-1', group: 'testers', handler: 'h', reason: 'exhausted', attempts: '1' };
  const deadLetter = (changes: Readonly<Record<string, string>>): string[] =>
    Object.entries({ ...about, 'entry.data': '{}', ...changes }).flat();
  return [
    { what: 'no field of a dead letter', fields: ['any', 'thing'] },
    { what: 'no handler, no stream', fields: ['entry_id', '1-1', 'group', 'testers', 'entry.data', '{}'] },
    { what: 'no group', fields: ['entry_id', '1-1', 'entry.data', '{}'] },
    { what: 'an invalid entry id', fields: deadLetter({ entry_id: 'next week' }) },
    { what: 'invalid numbers', fields: deadLetter({ attempts: 'Infinity', replays: 'many' }) },
    { what: 'counts that are too large', fields: deadLetter({ attempts: '1e300', replays: '1e300' }) },
    { what: 'negative numbers', fields: deadLetter({ attempts: '-1', replays: '-1' }) },
    { what: 'an unknown reason', fields: deadLetter({ reason: 'constructor' }) },
    {
      what: 'invalid times',
      fields: deadLetter({ first_failed_at: 'Infinity', last_failed_at: '+300000-01-01' }),
    },
    { what: 'an original that is not JSON', fields: deadLetter({ entry_json: '[[[' }) },
    { what: 'an original that is not a list of strings', fields: deadLetter({ entry_json: '{"length":3}' }) },
    { what: 'an original in invalid Base64', fields: deadLetter({ entry_base64: '[1,2]' }) },
    {
      what: 'an error of 5 MB',
      fields: deadLetter({ error_name: 'E'.repeat(5 * MEGABYTE), error_message: 'm'.repeat(5 * MEGABYTE) }),
    },
    { what: 'a stack of a million lines', fields: deadLetter({ error_stack: 'at a\n'.repeat(MEGABYTE) }) },
    {
      what: 'a group and a handler of a megabyte',
      fields: deadLetter({ group: 'g'.repeat(MEGABYTE), handler: 'h'.repeat(MEGABYTE) }),
    },
    { what: 'a group called __proto__', fields: deadLetter({ group: '__proto__', handler: 'constructor' }) },
  ];
}
